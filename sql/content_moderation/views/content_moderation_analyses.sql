-- Grain: one row per SUCCEEDED result of video moderation.
-- Keys: job_id, aggregate_by; join them to video_moderation_labels and its content types.
-- Answers: what did each job look at, and how was it asked? For comparing analyses, not for adding up: a video that was
--   moderated twice is here twice, and so is a job with both forms; latest_content_moderation_jobs has one row of
--   each video. Two jobs had the same configuration where min_confidence is equal.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column object_identity: ETag of the video, or its version where no ETag is known; NULL where neither is. Equal
--   means the same object, different means another one.
-- Column is_replaced: Another version of the video was first analysed later; one whose version nobody knows
--   never is.
-- Column min_confidence: Lowest confidence that the service returned, in percent: 50 where the request named
--   none; NULL for a found job, whose request nobody knows.
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
    job.moderation_model_version,
    job.video_metadata_duration_millis,
    job.video_metadata_frame_rate,
    job.video_metadata_frame_width,
    job.video_metadata_frame_height,
    job.job_tag,
    job.min_confidence,
    job.started_at,
    version.analysed_at,
    job.landed_at
FROM precomputed.content_moderation_analyses AS job
INNER JOIN content_moderation_versions AS version ON job.job_id = version.job_id
