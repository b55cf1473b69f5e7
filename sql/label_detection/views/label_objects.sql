-- Grain: one row per label name of a video (latest jobs, TIMESTAMPS).
-- Keys: job_id, name.
-- Answers: how many of each thing are in the frame, at most and in the mean? NULL for a label that never has
--   boxes, such as Road: it cannot be counted. The mean is over all samples of the video, also those that show
--   nothing and so were not sent. The same box can be under several names: do not add up names.
-- Column boxes: Boxes of the label in all samples; NULL where it never has one.
-- Column samples: Samples of the video: those with labels, or length by step (video_steps) where that is more.
-- Column peak_objects: Most boxes in one frame.
-- Column mean_objects: Boxes a sample.
WITH frames AS (
    SELECT
        job_id,
        name,
        objects
    FROM precomputed.object_counts
    UNION ALL
    SELECT
        job_id,
        name,
        NULL AS objects
    FROM precomputed.label_segments
),

counts AS (
    SELECT
        job_id,
        name,
        CAST(SUM(objects) AS BIGINT) AS boxes,
        MAX(objects) AS peak_objects
    FROM frames
    GROUP BY job_id, name
)

SELECT
    step.job_id,
    step.video_s3_object_bucket,
    step.video_s3_object_name,
    counts.name,
    counts.boxes,
    CAST(GREATEST(step.samples, CEIL(step.video_metadata_duration_millis / step.step_millis)) AS BIGINT) AS samples,
    counts.peak_objects,
    counts.boxes / GREATEST(step.samples, CEIL(step.video_metadata_duration_millis / step.step_millis))
        AS mean_objects
FROM video_steps AS step
INNER JOIN counts ON step.job_id = counts.job_id
