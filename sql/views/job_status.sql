-- Grain: one row per result in the ledger.
-- Keys: operation, job_id, aggregate_by.
-- Answers: what became of each job, how long it took, and does it reconcile? status is NULL for a
--   result that is held back, since its rows are in no table.
SELECT
    load.operation,
    load.job_id,
    load.aggregate_by,
    COALESCE(media.status, video.job_status) AS status,
    COALESCE(media.failure_details_message, video.status_message) AS status_message,
    COALESCE(media.input_s3_object_bucket, video.video_s3_object_bucket, request.input_s3_object_bucket)
        AS input_s3_object_bucket,
    COALESCE(media.input_s3_object_name, video.video_s3_object_name, request.input_s3_object_name)
        AS input_s3_object_name,
    load.reconciled,
    load.reason,
    load.accepted_reason,
    load.held_back,
    COALESCE(media.creation_timestamp, request.started_at) AS started_at,
    COALESCE(media.completion_timestamp, request.finished_seen_at) AS finished_at,
    EPOCH(
        COALESCE(media.completion_timestamp, request.finished_seen_at)
        - COALESCE(media.creation_timestamp, request.started_at)
    ) AS seconds,
    load.landed_at,
    load.flattened_at,
    load.loaded_at,
    load.attempt
FROM loads AS load
LEFT JOIN media_analysis_jobs AS media
    ON load.job_id = media.job_id AND load.operation = 'media_analysis'
LEFT JOIN label_detection_jobs AS video
    ON
        load.job_id = video.job_id
        AND load.aggregate_by = video.aggregate_by
        AND load.operation = 'label_detection'
LEFT JOIN job_requests AS request
    ON
        load.job_id = request.job_id
        AND load.operation = request.operation
        AND load.aggregate_by IS NOT DISTINCT FROM request.aggregate_by
