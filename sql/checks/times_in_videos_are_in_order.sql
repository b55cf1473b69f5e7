-- Grain: label with a moment before the video's start, or a stretch that ends before it begins.
-- Finds: times in another unit, swapped columns.
SELECT
    'label_detection' AS operation,
    job_id,
    aggregate_by,
    'the label at label_index ' || label_index || ' has a time out of order' AS problem
FROM labels
WHERE
    timestamp < 0
    OR duration_millis < 0
    OR end_timestamp_millis < start_timestamp_millis
