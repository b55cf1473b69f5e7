-- Grain: one row per video, request configuration and aggregate_by: its newest SUCCEEDED job.
-- Keys: job_id, aggregate_by; join them to labels and its children.
-- Answers: which result of a video counts, so that one analysed twice is counted once. The video is
--   bucket and key: a newer version of the same key takes the older one's place. A job whose video is
--   not known counts by itself. The configuration is what changes the labels: confidence, features and
--   filters. Of a job that was not started here it is not known: such a job counts only where the video
--   has no job, of the same aggregate_by, whose request is known. The model's version is no part of it:
--   of two models the later job counts. The later one started later, or, where its start is not known,
--   was landed later.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column job_tag: Tag given at the start.
-- Column landed_at: When the result was landed whole.
WITH jobs AS (
    SELECT
        job.job_id,
        job.aggregate_by,
        COALESCE(job.video_s3_object_bucket, request.input_s3_object_bucket) AS video_s3_object_bucket,
        COALESCE(job.video_s3_object_name, request.input_s3_object_name) AS video_s3_object_name,
        COALESCE(job.video_s3_object_version, request.input_s3_object_version) AS video_s3_object_version,
        job.label_model_version,
        job.video_metadata_duration_millis,
        job.video_metadata_frame_rate,
        job.video_metadata_frame_width,
        job.video_metadata_frame_height,
        COALESCE(job.job_tag, request.job_tag) AS job_tag,
        request.request IS NOT NULL AS is_request_known,
        request.min_confidence,
        request.features,
        request.label_inclusion_filters,
        request.label_exclusion_filters,
        request.label_category_inclusion_filters,
        request.label_category_exclusion_filters,
        request.started_at,
        load.landed_at
    FROM label_detection_jobs AS job
    INNER JOIN loads AS load
        ON
            job.job_id = load.job_id
            AND job.aggregate_by = load.aggregate_by
            AND load.operation = 'label_detection'
    LEFT JOIN job_requests AS request
        ON
            job.job_id = request.job_id
            AND job.aggregate_by = request.aggregate_by
            AND request.operation = 'label_detection'
    WHERE job.job_status = 'SUCCEEDED'
)

SELECT * EXCLUDE (is_request_known)
FROM jobs
WINDOW
    -- bucket and key by themselves, so that a filter on them is applied before
    same_video AS (
        PARTITION BY
            video_s3_object_bucket,
            video_s3_object_name,
            CASE WHEN video_s3_object_name IS NULL THEN job_id END,
            aggregate_by
    ),

    same_configuration AS (
        PARTITION BY
            video_s3_object_bucket,
            video_s3_object_name,
            CASE WHEN video_s3_object_name IS NULL THEN job_id END,
            aggregate_by,
            is_request_known,
            min_confidence,
            features,
            label_inclusion_filters,
            label_exclusion_filters,
            label_category_inclusion_filters,
            label_category_exclusion_filters
        ORDER BY COALESCE(started_at, landed_at) DESC, job_id DESC
    )
QUALIFY
    is_request_known = MAX(is_request_known) OVER same_video
    AND ROW_NUMBER() OVER same_configuration = 1
