-- Grain: one row per moderated video, MinConfidence and aggregate_by: the newest SUCCEEDED job of the newest version.
-- Keys: job_id, aggregate_by; join them to video_moderation_labels and its content types.
-- Answers: what do analyses under another MinConfidence, or in the other form, say of the same video? They are side by
--   side: choose one, do not add them up. For one row a video take latest_content_moderation_jobs. Found
--   jobs, whose request nobody knows, are a configuration of their own.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column object_identity: ETag of the video, or its version where no ETag is known; NULL where neither is.
-- Column min_confidence: Lowest confidence that the service returned, in percent; NULL for a found job.
-- Column job_tag: Tag given at the start.
-- Column analysed_at: When the job started; where nobody knows, when it was first landed.
-- Column landed_at: When the result was landed whole.
SELECT
    job_id,
    aggregate_by,
    video_s3_object_bucket,
    video_s3_object_name,
    video_s3_object_version,
    object_identity,
    moderation_model_version,
    video_metadata_duration_millis,
    video_metadata_frame_rate,
    video_metadata_frame_width,
    video_metadata_frame_height,
    job_tag,
    min_confidence,
    started_at,
    analysed_at,
    landed_at
FROM content_moderation_analyses
WHERE NOT is_replaced
QUALIFY ROW_NUMBER() OVER (
    -- bucket and key by themselves, so that a filter on them is applied before
    PARTITION BY
        video_s3_object_bucket,
        video_s3_object_name,
        CASE WHEN video_s3_object_name IS NULL THEN job_id END,
        aggregate_by,
        min_confidence
    ORDER BY analysed_at DESC, job_id DESC
) = 1
