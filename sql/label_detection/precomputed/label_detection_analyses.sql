-- Grain: one row per SUCCEEDED video result.
-- Keys: job_id, aggregate_by.
-- Holds: what is known of each by itself, which the view label_detection_analyses explains.
WITH jobs AS (
    SELECT
        job.job_id,
        job.aggregate_by,
        COALESCE(job.video_s3_object_bucket, request.input_s3_object_bucket) AS video_s3_object_bucket,
        COALESCE(job.video_s3_object_name, request.input_s3_object_name) AS video_s3_object_name,
        COALESCE(job.video_s3_object_version, request.input_s3_object_version) AS video_s3_object_version,
        request.input_etag,
        job.label_model_version,
        job.video_metadata_duration_millis,
        job.video_metadata_frame_rate,
        job.video_metadata_frame_width,
        job.video_metadata_frame_height,
        COALESCE(job.job_tag, request.job_tag) AS job_tag,
        request.request IS NOT NULL AS is_request_known,
        -- what StartLabelDetection takes where the request names nothing: 50 percent, and its only feature
        -- https://docs.aws.amazon.com/rekognition/latest/APIReference/API_StartLabelDetection.html
        COALESCE(request.min_confidence, 50) AS min_confidence,
        LIST_SORT(LIST_DISTINCT(COALESCE(NULLIF(request.features, []), ['GENERAL_LABELS']))) AS features,
        NULLIF(LIST_SORT(LIST_DISTINCT(request.label_inclusion_filters)), []) AS label_inclusion_filters,
        NULLIF(LIST_SORT(LIST_DISTINCT(request.label_exclusion_filters)), []) AS label_exclusion_filters,
        NULLIF(LIST_SORT(LIST_DISTINCT(request.label_category_inclusion_filters)), [])
            AS label_category_inclusion_filters,
        NULLIF(LIST_SORT(LIST_DISTINCT(request.label_category_exclusion_filters)), [])
            AS label_category_exclusion_filters,
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

SELECT
    * REPLACE (
        CASE WHEN is_request_known THEN min_confidence END AS min_confidence,
        CASE WHEN is_request_known THEN features END AS features
    ),
    CASE
        WHEN is_request_known
            THEN COALESCE(
                label_inclusion_filters,
                label_exclusion_filters,
                label_category_inclusion_filters,
                label_category_exclusion_filters
            ) IS NOT NULL
    END AS is_filtered
FROM jobs
