-- Grain: one row per SUCCEEDED video result.
-- Keys: job_id, aggregate_by; join them to labels and its children.
-- Answers: what did each job look at, and how was it asked? For comparing analyses, not for adding up: an object
--   that was analysed twice is here twice, and so is a job with both forms; latest_label_detection_jobs has
--   one row of each object. Two jobs had the same configuration where confidence, features and filters are
--   equal: lists are in order and without repeats, an empty one is NULL, and what was left out of a request
--   is what the service takes instead.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column object_identity: ETag of the video, or its version where no ETag is known; NULL where neither is. Equal
--   means the same object, different means another one.
-- Column is_replaced: Another version of the video was first analysed later; one whose version nobody knows
--   never is.
-- Column min_confidence: Lowest confidence that the service returned, in percent: 50 where the request named
--   none; NULL for a found job, whose request nobody knows.
-- Column features: Features that the service returned; NULL for a found job.
-- Column label_inclusion_filters: Labels asked for.
-- Column label_exclusion_filters: Labels left out.
-- Column label_category_inclusion_filters: Categories asked for.
-- Column label_category_exclusion_filters: Categories left out.
-- Column is_filtered: The request has filters, so what is missing may have been there; NULL for a found job.
-- Column job_tag: Tag given at the start.
-- Column analysed_at: When the job started; where nobody knows, when it was first landed.
-- Column landed_at: When the result was landed whole.
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
),

-- windows by bucket and key, so that a filter on them is applied before
identified AS (
    SELECT
        *,
        CASE
            WHEN video_s3_object_version IS NULL THEN input_etag
            ELSE COALESCE(
                input_etag,
                -- a job that names the version alone is of the ETag that another one saw there
                MAX(input_etag) OVER (
                    PARTITION BY video_s3_object_bucket, video_s3_object_name, video_s3_object_version
                ),
                video_s3_object_version
            )
        END AS object_identity,
        COALESCE(
            started_at,
            MIN(landed_at) OVER (PARTITION BY video_s3_object_bucket, video_s3_object_name, job_id)
        ) AS analysed_at
    FROM jobs
),

versions AS (
    SELECT
        *,
        CASE
            WHEN object_identity IS NOT NULL THEN MIN(analysed_at) OVER (
                PARTITION BY video_s3_object_bucket, video_s3_object_name, object_identity
            )
        END AS version_since
    FROM identified
)

SELECT
    job_id,
    aggregate_by,
    video_s3_object_bucket,
    video_s3_object_name,
    video_s3_object_version,
    object_identity,
    -- a job whose video is not known is a video by itself
    video_s3_object_name IS NOT NULL AND COALESCE(version_since < MAX(version_since) OVER (
        PARTITION BY video_s3_object_bucket, video_s3_object_name
    ), FALSE) AS is_replaced,
    label_model_version,
    video_metadata_duration_millis,
    video_metadata_frame_rate,
    video_metadata_frame_width,
    video_metadata_frame_height,
    job_tag,
    CASE WHEN is_request_known THEN min_confidence END AS min_confidence,
    CASE WHEN is_request_known THEN features END AS features,
    label_inclusion_filters,
    label_exclusion_filters,
    label_category_inclusion_filters,
    label_category_exclusion_filters,
    CASE
        WHEN is_request_known
            THEN COALESCE(
                label_inclusion_filters,
                label_exclusion_filters,
                label_category_inclusion_filters,
                label_category_exclusion_filters
            ) IS NOT NULL
    END AS is_filtered,
    started_at,
    analysed_at,
    landed_at
FROM versions
