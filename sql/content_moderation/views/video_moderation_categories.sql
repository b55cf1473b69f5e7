-- Grain: one row per video and top-level moderation category found in it (latest jobs).
-- Keys: job_id, category.
-- Answers: for how long does each video show each kind of content? The sum of video_moderation_category_segments: a
--   second with two labels of one category counts once, one with labels of two categories counts for each. So
--   do not add up categories for the time that a video shows any of them.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column category: Top-level category, as the model that found the labels names it.
-- Column screen_time_millis: How long the category is on screen, in milliseconds.
-- Column screen_time_seconds: The same in seconds.
-- Column share_of_video: That time as a part of the video, 0 to 1; NULL where the video's length is not known.
-- Column stretches: Stretches without a break.
-- Column first_seen_millis: Where its first stretch begins, in milliseconds.
-- Column last_seen_millis: Where its last stretch ends, in milliseconds.
-- Column max_confidence: Highest confidence of its labels, in percent.
-- Column step_assumed: The time rests on a step between frames that is assumed; NULL for SEGMENTS.
SELECT
    job_id,
    aggregate_by,
    video_s3_object_bucket,
    video_s3_object_name,
    category,
    CAST(SUM(duration_millis) AS BIGINT) AS screen_time_millis,
    SUM(duration_millis) / 1000 AS screen_time_seconds,
    SUM(duration_millis) / NULLIF(ANY_VALUE(video_metadata_duration_millis), 0) AS share_of_video,
    COUNT(*) AS stretches,
    MIN(start_timestamp_millis) AS first_seen_millis,
    MAX(end_timestamp_millis) AS last_seen_millis,
    MAX(max_confidence) AS max_confidence,
    ANY_VALUE(step_assumed) AS step_assumed
FROM video_moderation_category_segments
GROUP BY job_id, aggregate_by, video_s3_object_bucket, video_s3_object_name, category
