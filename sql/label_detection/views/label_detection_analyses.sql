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
SELECT
    job.job_id,
    job.aggregate_by,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    job.video_s3_object_version,
    version.object_identity,
    version.is_replaced,
    job.label_model_version,
    job.video_metadata_duration_millis,
    job.video_metadata_frame_rate,
    job.video_metadata_frame_width,
    job.video_metadata_frame_height,
    job.job_tag,
    job.min_confidence,
    job.features,
    job.label_inclusion_filters,
    job.label_exclusion_filters,
    job.label_category_inclusion_filters,
    job.label_category_exclusion_filters,
    job.is_filtered,
    job.started_at,
    version.analysed_at,
    job.landed_at
FROM precomputed.label_detection_analyses AS job
INNER JOIN label_detection_versions AS version ON job.job_id = version.job_id
