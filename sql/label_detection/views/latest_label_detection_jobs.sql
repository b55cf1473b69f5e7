-- Grain: one row per video: the SUCCEEDED result that counts.
-- Keys: job_id; video_s3_object_bucket and video_s3_object_name where the video is known. Join job_id and
--   aggregate_by to labels and its children.
-- Answers: which result of a video counts, so that each video is counted once? The video is bucket and key.
--   Its newest version counts, the one first analysed last; versions differ where both are known, by their
--   ETags or version ids. Of that version an analysis of all labels counts before a filtered one, that before
--   a found job, whose request nobody knows, and then the newest. Of the job that counts its TIMESTAMPS
--   count, or its SEGMENTS where it has no TIMESTAMPS. A job whose video is not known counts by itself. The
--   model's version plays no part: of two models the later job counts. What this leaves out is in
--   latest_label_detection_jobs_by_configuration and in label_detection_analyses.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column object_identity: ETag of the video, or its version where no ETag is known; NULL where neither is.
-- Column min_confidence: Lowest confidence that the service returned, in percent; NULL for a found job.
-- Column features: Features that the service returned; NULL for a found job.
-- Column is_filtered: The request has filters, so what is missing may have been there; NULL for a found job.
-- Column job_tag: Tag given at the start.
-- Column landed_at: When the result was landed whole.
SELECT
    job_id,
    aggregate_by,
    video_s3_object_bucket,
    video_s3_object_name,
    video_s3_object_version,
    object_identity,
    label_model_version,
    video_metadata_duration_millis,
    video_metadata_frame_rate,
    video_metadata_frame_width,
    video_metadata_frame_height,
    job_tag,
    min_confidence,
    features,
    label_inclusion_filters,
    label_exclusion_filters,
    label_category_inclusion_filters,
    label_category_exclusion_filters,
    is_filtered,
    started_at,
    landed_at
FROM label_detection_analyses
WHERE NOT is_replaced
QUALIFY ROW_NUMBER() OVER (
    -- bucket and key by themselves, so that a filter on them is applied before
    PARTITION BY
        video_s3_object_bucket,
        video_s3_object_name,
        CASE WHEN video_s3_object_name IS NULL THEN job_id END
    ORDER BY is_filtered ASC NULLS LAST, analysed_at DESC, job_id DESC, aggregate_by DESC
) = 1
