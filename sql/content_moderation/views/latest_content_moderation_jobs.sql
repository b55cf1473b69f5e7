-- Grain: one row per moderated video: the SUCCEEDED result that counts.
-- Keys: job_id; video_s3_object_bucket and video_s3_object_name where the video is known. Join job_id and
--   aggregate_by to video_moderation_labels and its content types.
-- Answers: which result of a video counts, so that each video is counted once? The video is bucket and key. Its newest
--   version counts, the one first analysed last; versions differ where both are known, by their ETags or version
--   ids. Of that version the newest job counts, as of images, whatever its MinConfidence: what an older one that
--   looked closer found, and this one could not, is still in video_review_queue. Of the job that counts its
--   TIMESTAMPS count, or its SEGMENTS where it has no TIMESTAMPS. A job whose video is not known counts by
--   itself. What this leaves out is in latest_content_moderation_jobs_by_configuration.
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
        CASE WHEN video_s3_object_name IS NULL THEN job_id END
    ORDER BY analysed_at DESC, job_id DESC, aggregate_by DESC
) = 1
