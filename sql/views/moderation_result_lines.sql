-- Grain: one row per image of a result manifest: job_id, image_index (line number minus one).
-- Keys: job_id, image_index.
-- Answers: what did the line say? The line as JSON, rebuilt from the tables: every member with its
--   value, every list in its order. Members that were absent, null or an empty list are left out.
--   Quarantined lines stand in quarantined_records, byte for byte.
-- Column line: The line as JSON.
WITH found AS (
    SELECT
        job_id,
        image_index,
        LIST(
            JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'Confidence', confidence, 'Name', name, 'ParentName', parent_name,
                'TaxonomyLevel', taxonomy_level
            ))
            ORDER BY label_index
        ) AS moderation_labels
    FROM moderation_labels
    GROUP BY job_id, image_index
),

types AS (
    SELECT
        job_id,
        image_index,
        LIST(
            JSON_MERGE_PATCH('{}', JSON_OBJECT('Confidence', confidence, 'Name', name))
            ORDER BY content_type_index
        ) AS content_types
    FROM moderation_content_types
    GROUP BY job_id, image_index
)

SELECT
    image.job_id,
    image.image_index,
    JSON_MERGE_PATCH('{}', JSON_OBJECT(
        'source-ref', image.source_ref,
        'detect-moderation-labels', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
            'ModerationLabels', found.moderation_labels,
            'ModerationModelVersion', image.moderation_model_version,
            'ContentTypes', types.content_types,
            'ProjectVersion', image.project_version
        )), '{}')
    )) AS line
FROM moderation_images AS image
LEFT JOIN found ON image.job_id = found.job_id AND image.image_index = found.image_index
LEFT JOIN types ON image.job_id = types.job_id AND image.image_index = types.image_index
