-- Grain: one row per image of a result manifest: job_id, image_index (line number minus one).
-- Keys: job_id, image_index.
-- Answers: what did the line say? The line as JSON, rebuilt from the tables: every member with its
--   value, every list in its order. Members that were absent, null or an empty list are left out.
--   Quarantined lines and labels are in quarantined_records, byte for byte. For checking that nothing is lost, not
--   for analysis: ask for one job_id at a time. Without one every line there is is rebuilt at once, in as much
--   memory as they are long; for an export of everything read the tables or their Parquet files.
-- Column line: The line as JSON.

-- Tables are put together by UNION and GROUP BY, not by joins: so a condition on job_id or image_index
-- reaches every one of them before anything is worked out, whatever its form (=, IN, LIKE).
WITH parts AS (
    SELECT
        job_id,
        image_index,
        JSON_MERGE_PATCH('{}', JSON_OBJECT('source-ref', source_ref)) AS image,
        JSON_MERGE_PATCH('{}', JSON_OBJECT(
            'ModerationModelVersion', moderation_model_version, 'ProjectVersion', project_version
        )) AS answer
    FROM moderation_images
    UNION ALL BY NAME
    SELECT
        job_id,
        image_index,
        {
            'at': label_index,
            'json': JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'Confidence', confidence, 'Name', name, 'ParentName', parent_name,
                'TaxonomyLevel', taxonomy_level
            ))
        } AS label
    FROM moderation_labels
    UNION ALL BY NAME
    SELECT
        job_id,
        image_index,
        {
            'at': content_type_index,
            'json': JSON_MERGE_PATCH('{}', JSON_OBJECT('Confidence', confidence, 'Name', name))
        } AS content_type
    FROM moderation_content_types
),

images AS (
    SELECT
        job_id,
        image_index,
        ANY_VALUE(image) AS image,
        ANY_VALUE(answer) AS answer,
        LIST_SORT(LIST(label) FILTER (WHERE label IS NOT NULL)) AS labels,
        LIST_SORT(LIST(content_type) FILTER (WHERE content_type IS NOT NULL)) AS content_types
    FROM parts
    GROUP BY job_id, image_index
)

SELECT
    job_id,
    image_index,
    JSON_MERGE_PATCH(image, JSON_OBJECT(
        'detect-moderation-labels', NULLIF(JSON_MERGE_PATCH(answer, JSON_OBJECT(
            'ModerationLabels', [one['json'] FOR one IN labels],
            'ContentTypes', [one['json'] FOR one IN content_types]
        )), '{}')
    )) AS line
FROM images
WHERE image IS NOT NULL
