-- Grain: one row per label name of a video (latest jobs).
-- Keys: job_id, name.
-- Answers: for how long is each label on screen? The sum of its stretches (label_segments), so each video counts
--   once and in one form. share_of_video is 0 to 1, and NULL where the video's length is not known. For a
--   share of many videos take label_share_of_videos: a mean of shares would weigh a second like an hour.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column screen_time_millis: How long the label is on screen, in milliseconds.
-- Column share_of_video: That time as a part of the video, 0 to 1.
-- Column sightings: Samples that show the label; of SEGMENTS results, stretches.
-- Column first_seen_millis: Where its first stretch begins, in milliseconds.
-- Column last_seen_millis: Where its last stretch ends, in milliseconds.
-- Column step_assumed: The time rests on a step that is assumed (video_steps); NULL for SEGMENTS.
SELECT
    job_id,
    aggregate_by,
    video_s3_object_bucket,
    video_s3_object_name,
    name,
    CAST(SUM(duration_millis) AS BIGINT) AS screen_time_millis,
    SUM(duration_millis) / NULLIF(ANY_VALUE(video_metadata_duration_millis), 0) AS share_of_video,
    CAST(SUM(COALESCE(sightings, 1)) AS BIGINT) AS sightings,
    MIN(start_timestamp_millis) AS first_seen_millis,
    MAX(end_timestamp_millis) AS last_seen_millis,
    ANY_VALUE(step_assumed) AS step_assumed
FROM label_segments
GROUP BY job_id, aggregate_by, video_s3_object_bucket, video_s3_object_name, name
