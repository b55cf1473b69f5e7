-- Grain: one row per SUCCEEDED job of image moderation.
-- Keys: job_id.
-- Answers: in which order were images analysed, and how closely did each job look?
-- Column job_number: The job's place in time: the later one has the greater number.
-- Column min_confidence: Lowest confidence that was asked for, in percent; 50 where none was, which is the
--   service's default (https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectModerationLabels.html).
-- Column project_version: Custom moderation adapter (ARN) that was asked for.
-- Column analysed_on: Day on which the job ended, in UTC.
SELECT
    job.job_id,
    ROW_NUMBER() OVER (
        ORDER BY COALESCE(job.creation_timestamp, load.landed_at) ASC NULLS FIRST, job.job_id ASC
    ) AS job_number,
    job.mode,
    job.job_name,
    COALESCE(job.operations_config_detect_moderation_labels_min_confidence, 50) AS min_confidence,
    job.operations_config_detect_moderation_labels_project_version AS project_version,
    job.creation_timestamp,
    job.completion_timestamp,
    -- not the session's day, whatever its time zone
    CAST(MAKE_TIMESTAMP(EPOCH_US(COALESCE(job.completion_timestamp, load.landed_at))) AS DATE) AS analysed_on
FROM media_analysis_jobs AS job
INNER JOIN loads AS load ON job.job_id = load.job_id AND load.operation = 'media_analysis'
WHERE job.status = 'SUCCEEDED'
