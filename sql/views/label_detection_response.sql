-- Grain: one row per video result: job_id, aggregate_by.
-- Keys: job_id, aggregate_by.
-- Answers: what did GetLabelDetection say? Its pages joined to one response as JSON, rebuilt from the
--   tables: every member with its value, every list in its order. Members that were absent, null or an
--   empty list are left out, and so is NextToken. For checking that nothing is lost, not for analysis.
-- Column response: The response as JSON.
WITH colors AS (
    SELECT
        job_id,
        aggregate_by,
        label_index,
        instance_index,
        LIST(
            JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'Red', red, 'Blue', blue, 'Green', green, 'HexCode', hex_code, 'CSSColor', css_color,
                'SimplifiedColor', simplified_color, 'PixelPercent', pixel_percent
            ))
            ORDER BY color_index
        ) AS dominant_colors
    FROM label_instance_dominant_colors
    GROUP BY job_id, aggregate_by, label_index, instance_index
),

instances AS (
    SELECT
        instance.job_id,
        instance.aggregate_by,
        instance.label_index,
        LIST(
            JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'BoundingBox', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
                    'Width', instance.bounding_box_width, 'Height', instance.bounding_box_height,
                    'Left', instance.bounding_box_left, 'Top', instance.bounding_box_top
                )), '{}'),
                'Confidence', instance.confidence,
                'DominantColors', colors.dominant_colors
            ))
            ORDER BY instance.instance_index
        ) AS instances
    FROM label_instances AS instance
    LEFT JOIN colors
        ON
            instance.job_id = colors.job_id
            AND instance.aggregate_by = colors.aggregate_by
            AND instance.label_index = colors.label_index
            AND instance.instance_index = colors.instance_index
    GROUP BY instance.job_id, instance.aggregate_by, instance.label_index
),

parents AS (
    SELECT
        job_id,
        aggregate_by,
        label_index,
        LIST(JSON_MERGE_PATCH('{}', JSON_OBJECT('Name', name)) ORDER BY parent_index) AS parents
    FROM label_parents
    GROUP BY job_id, aggregate_by, label_index
),

aliases AS (
    SELECT
        job_id,
        aggregate_by,
        label_index,
        LIST(JSON_MERGE_PATCH('{}', JSON_OBJECT('Name', name)) ORDER BY alias_index) AS aliases
    FROM label_aliases
    GROUP BY job_id, aggregate_by, label_index
),

categories AS (
    SELECT
        job_id,
        aggregate_by,
        label_index,
        LIST(JSON_MERGE_PATCH('{}', JSON_OBJECT('Name', name)) ORDER BY category_index) AS categories
    FROM label_categories
    GROUP BY job_id, aggregate_by, label_index
),

found AS (
    SELECT
        label.job_id,
        label.aggregate_by,
        LIST(
            JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'Timestamp', label.timestamp,
                'Label', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
                    'Name', label.name, 'Confidence', label.confidence,
                    'Instances', instances.instances, 'Parents', parents.parents,
                    'Aliases', aliases.aliases, 'Categories', categories.categories
                )), '{}'),
                'StartTimestampMillis', label.start_timestamp_millis,
                'EndTimestampMillis', label.end_timestamp_millis,
                'DurationMillis', label.duration_millis
            ))
            ORDER BY label.label_index
        ) AS labels
    FROM labels AS label
    LEFT JOIN instances
        ON
            label.job_id = instances.job_id
            AND label.aggregate_by = instances.aggregate_by
            AND label.label_index = instances.label_index
    LEFT JOIN parents
        ON
            label.job_id = parents.job_id
            AND label.aggregate_by = parents.aggregate_by
            AND label.label_index = parents.label_index
    LEFT JOIN aliases
        ON
            label.job_id = aliases.job_id
            AND label.aggregate_by = aliases.aggregate_by
            AND label.label_index = aliases.label_index
    LEFT JOIN categories
        ON
            label.job_id = categories.job_id
            AND label.aggregate_by = categories.aggregate_by
            AND label.label_index = categories.label_index
    GROUP BY label.job_id, label.aggregate_by
)

SELECT
    job.job_id,
    job.aggregate_by,
    JSON_MERGE_PATCH('{}', JSON_OBJECT(
        'JobStatus', job.job_status,
        'StatusMessage', job.status_message,
        'VideoMetadata', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
            'Codec', job.video_metadata_codec, 'DurationMillis', job.video_metadata_duration_millis,
            'Format', job.video_metadata_format, 'FrameRate', job.video_metadata_frame_rate,
            'FrameHeight', job.video_metadata_frame_height, 'FrameWidth', job.video_metadata_frame_width,
            'ColorRange', job.video_metadata_color_range
        )), '{}'),
        'Labels', found.labels,
        'LabelModelVersion', job.label_model_version,
        'JobId', job.job_id,
        'Video', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
            'S3Object', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'Bucket', job.video_s3_object_bucket, 'Name', job.video_s3_object_name,
                'Version', job.video_s3_object_version
            )), '{}')
        )), '{}'),
        'JobTag', job.job_tag,
        'GetRequestMetadata', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
            'SortBy', job.get_request_metadata_sort_by,
            'AggregateBy', job.get_request_metadata_aggregate_by
        )), '{}')
    )) AS response
FROM label_detection_jobs AS job
LEFT JOIN found ON job.job_id = found.job_id AND job.aggregate_by = found.aggregate_by
