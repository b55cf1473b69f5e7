-- Grain: one row per result in the ledger.
-- Keys: operation, job_id, aggregate_by.
-- Answers: what became of each job, how long did it take, what may it have cost, and does it reconcile?
--   status is NULL for a result that is held back, since its rows are in no table. The cost is an estimate
--   from `prices` (of the job's region, else of all others) and what was analysed: images with a result,
--   minutes of video. The two forms of one video's result are one job and one cost, which stands at
--   TIMESTAMPS, and at SEGMENTS where there is no other, so that costs can be added up. Reads all
--   results, of an object that was analysed twice both: each job costs.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of a video's result; NULL for a bulk job.
-- Column input_s3_object_bucket: Bucket of the video, or of the job's manifest.
-- Column input_s3_object_name: Key of the video, or of the job's manifest.
-- Column finished_at: When the job ended; of a video, when it was first seen finished.
-- Column seconds: From started_at to finished_at; NULL where one of them is not known.
-- Column estimated_usd: What the job may have cost, in US dollars, by the table prices; NULL at SEGMENTS
--   where the cost stands at TIMESTAMPS.
-- Column landed_at: When the result was landed whole.
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
    CASE
        WHEN media.status = 'SUCCEEDED' THEN load.row_counts['moderation_images'] * COALESCE(price.usd, fallback.usd)
        WHEN video.job_status = 'SUCCEEDED' AND paid.job_id IS NULL
            THEN video.video_metadata_duration_millis / 60000 * COALESCE(price.usd, fallback.usd)
    END AS estimated_usd,
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
LEFT JOIN label_detection_jobs AS paid -- the same job, where its cost already stands
    ON
        video.job_id = paid.job_id
        AND video.aggregate_by = 'SEGMENTS'
        AND paid.aggregate_by = 'TIMESTAMPS'
        AND paid.job_status = 'SUCCEEDED'
LEFT JOIN job_requests AS request
    ON
        load.job_id = request.job_id
        AND load.operation = request.operation
        AND load.aggregate_by IS NOT DISTINCT FROM request.aggregate_by
LEFT JOIN prices AS price ON load.operation = price.operation AND request.region = price.region
LEFT JOIN prices AS fallback ON load.operation = fallback.operation AND fallback.region = ''
