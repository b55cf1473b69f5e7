-- Grain: one row per SUCCEEDED result of video moderation.
-- Keys: job_id, aggregate_by.
-- Holds: what is known of each by itself, which the view content_moderation_analyses explains.
SELECT
    job.job_id,
    job.aggregate_by,
    COALESCE(job.video_s3_object_bucket, request.input_s3_object_bucket) AS video_s3_object_bucket,
    COALESCE(job.video_s3_object_name, request.input_s3_object_name) AS video_s3_object_name,
    COALESCE(job.video_s3_object_version, request.input_s3_object_version) AS video_s3_object_version,
    request.input_etag,
    job.moderation_model_version,
    job.video_metadata_duration_millis,
    job.video_metadata_frame_rate,
    job.video_metadata_frame_width,
    job.video_metadata_frame_height,
    COALESCE(job.job_tag, request.job_tag) AS job_tag,
    -- 50 is what StartContentModeration takes where the request names nothing
    -- https://docs.aws.amazon.com/rekognition/latest/APIReference/API_StartContentModeration.html
    CASE WHEN request.request IS NOT NULL THEN COALESCE(request.min_confidence, 50) END AS min_confidence,
    request.started_at,
    load.landed_at
FROM content_moderation_jobs AS job
INNER JOIN loads AS load
    ON
        job.job_id = load.job_id
        AND job.aggregate_by = load.aggregate_by
        AND load.operation = 'content_moderation'
LEFT JOIN job_requests AS request
    ON
        job.job_id = request.job_id
        AND job.aggregate_by = request.aggregate_by
        AND request.operation = 'content_moderation'
WHERE job.job_status = 'SUCCEEDED'
