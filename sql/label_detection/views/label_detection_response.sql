-- Grain: one row per video result: job_id, aggregate_by.
-- Keys: job_id, aggregate_by.
-- Answers: what did GetLabelDetection say? Its pages joined to one response as JSON, rebuilt from the
--   tables: every member with its value, every list in its order. Members that were absent, null or an
--   empty list are left out, and so is NextToken. For checking that nothing is lost, not for analysis:
--   ask for one job_id at a time. Without one every response there is is rebuilt at once, in as much memory
--   as they are long; for an export of everything read the tables or their Parquet files.
-- Column response: The response as JSON.

-- Tables are put together by UNION and GROUP BY, not by joins: so a condition on job_id or aggregate_by
-- reaches every one of them before anything is worked out, whatever its form (=, IN, LIKE).
WITH instance_parts AS (
    SELECT
        job_id,
        aggregate_by,
        label_index,
        instance_index,
        JSON_MERGE_PATCH('{}', JSON_OBJECT(
            'BoundingBox', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'Width', bounding_box_width, 'Height', bounding_box_height,
                'Left', bounding_box_left, 'Top', bounding_box_top
            )), '{}'),
            'Confidence', confidence
        )) AS instance
    FROM label_instances
    UNION ALL BY NAME
    SELECT
        job_id,
        aggregate_by,
        label_index,
        instance_index,
        {
            'at': color_index,
            'json': JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'Red', red, 'Blue', blue, 'Green', green, 'HexCode', hex_code, 'CSSColor', css_color,
                'SimplifiedColor', simplified_color, 'PixelPercent', pixel_percent
            ))
        } AS color
    FROM label_instance_dominant_colors
),

instances AS (
    SELECT
        job_id,
        aggregate_by,
        label_index,
        instance_index,
        ANY_VALUE(instance) AS instance,
        LIST_SORT(LIST(color) FILTER (WHERE color IS NOT NULL)) AS colors
    FROM instance_parts
    GROUP BY job_id, aggregate_by, label_index, instance_index
),

label_parts AS (
    SELECT
        job_id,
        aggregate_by,
        label_index,
        JSON_MERGE_PATCH('{}', JSON_OBJECT('Name', name, 'Confidence', confidence)) AS label,
        JSON_MERGE_PATCH('{}', JSON_OBJECT(
            'Timestamp', timestamp, 'StartTimestampMillis', start_timestamp_millis,
            'EndTimestampMillis', end_timestamp_millis, 'DurationMillis', duration_millis
        )) AS moment
    FROM labels
    UNION ALL BY NAME
    SELECT
        job_id,
        aggregate_by,
        label_index,
        {
            'at': instance_index,
            'json': JSON_MERGE_PATCH(instance, JSON_OBJECT('DominantColors', [one['json'] FOR one IN colors]))
        } AS instance
    FROM instances
    WHERE instance IS NOT NULL
    UNION ALL BY NAME
    SELECT
        job_id,
        aggregate_by,
        label_index,
        { 'at': parent_index, 'json': JSON_MERGE_PATCH('{}', JSON_OBJECT('Name', name)) } AS parent
    FROM label_parents
    UNION ALL BY NAME
    SELECT
        job_id,
        aggregate_by,
        label_index,
        { 'at': alias_index, 'json': JSON_MERGE_PATCH('{}', JSON_OBJECT('Name', name)) } AS alias
    FROM label_aliases
    UNION ALL BY NAME
    SELECT
        job_id,
        aggregate_by,
        label_index,
        { 'at': category_index, 'json': JSON_MERGE_PATCH('{}', JSON_OBJECT('Name', name)) } AS category
    FROM label_categories
),

found AS (
    SELECT
        job_id,
        aggregate_by,
        label_index,
        ANY_VALUE(label) AS label,
        ANY_VALUE(moment) AS moment,
        LIST_SORT(LIST(instance) FILTER (WHERE instance IS NOT NULL)) AS instances,
        LIST_SORT(LIST(parent) FILTER (WHERE parent IS NOT NULL)) AS parents,
        LIST_SORT(LIST(alias) FILTER (WHERE alias IS NOT NULL)) AS aliases,
        LIST_SORT(LIST(category) FILTER (WHERE category IS NOT NULL)) AS categories
    FROM label_parts
    GROUP BY job_id, aggregate_by, label_index
),

job_parts AS (
    SELECT
        job_id,
        aggregate_by,
        JSON_MERGE_PATCH('{}', JSON_OBJECT(
            'JobStatus', job_status,
            'StatusMessage', status_message,
            'VideoMetadata', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'Codec', video_metadata_codec, 'DurationMillis', video_metadata_duration_millis,
                'Format', video_metadata_format, 'FrameRate', video_metadata_frame_rate,
                'FrameHeight', video_metadata_frame_height, 'FrameWidth', video_metadata_frame_width,
                'ColorRange', video_metadata_color_range
            )), '{}'),
            'LabelModelVersion', label_model_version,
            'JobId', job_id,
            'Video', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'S3Object', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
                    'Bucket', video_s3_object_bucket, 'Name', video_s3_object_name,
                    'Version', video_s3_object_version
                )), '{}')
            )), '{}'),
            'JobTag', job_tag,
            'GetRequestMetadata', NULLIF(JSON_MERGE_PATCH('{}', JSON_OBJECT(
                'SortBy', get_request_metadata_sort_by,
                'AggregateBy', get_request_metadata_aggregate_by
            )), '{}')
        )) AS job
    FROM label_detection_jobs
    UNION ALL BY NAME
    SELECT
        job_id,
        aggregate_by,
        {
            'at': label_index,
            'json': JSON_MERGE_PATCH(moment, JSON_OBJECT(
                'Label', NULLIF(JSON_MERGE_PATCH(label, JSON_OBJECT(
                    'Instances', [one['json'] FOR one IN instances],
                    'Parents', [one['json'] FOR one IN parents],
                    'Aliases', [one['json'] FOR one IN aliases],
                    'Categories', [one['json'] FOR one IN categories]
                )), '{}')
            ))
        } AS label
    FROM found
    WHERE label IS NOT NULL
),

jobs AS (
    SELECT
        job_id,
        aggregate_by,
        ANY_VALUE(job) AS job,
        LIST_SORT(LIST(label) FILTER (WHERE label IS NOT NULL)) AS labels
    FROM job_parts
    GROUP BY job_id, aggregate_by
)

SELECT
    job_id,
    aggregate_by,
    JSON_MERGE_PATCH(job, JSON_OBJECT('Labels', [one['json'] FOR one IN labels])) AS response
FROM jobs
WHERE job IS NOT NULL
