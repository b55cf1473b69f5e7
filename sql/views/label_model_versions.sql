-- Grain: one row per video, label name and model version, of videos that several models looked at.
-- Keys: video_s3_object_bucket, video_s3_object_name, aggregate_by, name, label_model_version.
-- Answers: what does a newer model see in the same video that an older one did not, and the other way
--   round? Each model's newest SUCCEEDED job counts, whatever its settings; a label that a model did not
--   find has 0 sightings, so that the versions can be laid side by side.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column sightings: How often this model found the label; 0 when it did not.
-- Column mean_confidence: Mean confidence of those, in percent; NULL when there is none.
WITH jobs AS (
    SELECT
        job.*,
        load.landed_at
    FROM label_detection_jobs AS job
    INNER JOIN loads AS load
        ON
            job.job_id = load.job_id
            AND job.aggregate_by = load.aggregate_by
            AND load.operation = 'label_detection'
    WHERE job.job_status = 'SUCCEEDED' AND job.video_s3_object_name IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY
            job.video_s3_object_bucket, job.video_s3_object_name, job.aggregate_by, job.label_model_version
        ORDER BY load.landed_at DESC, job.job_id DESC
    ) = 1
),

compared AS (
    SELECT *
    FROM jobs
    QUALIFY COUNT(*) OVER (
        PARTITION BY video_s3_object_bucket, video_s3_object_name, aggregate_by
    ) > 1
),

found AS (
    SELECT
        job.job_id,
        job.video_s3_object_bucket,
        job.video_s3_object_name,
        job.aggregate_by,
        label.name,
        COUNT(*) AS sightings,
        AVG(label.confidence) AS mean_confidence
    FROM compared AS job
    INNER JOIN labels AS label
        ON job.job_id = label.job_id AND job.aggregate_by = label.aggregate_by
    GROUP BY
        job.job_id, job.video_s3_object_bucket, job.video_s3_object_name, job.aggregate_by, label.name
),

names AS (
    SELECT DISTINCT
        video_s3_object_bucket,
        video_s3_object_name,
        aggregate_by,
        name
    FROM found
)

SELECT
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    job.aggregate_by,
    names.name,
    job.label_model_version,
    job.job_id,
    COALESCE(found.sightings, 0) AS sightings,
    found.mean_confidence
FROM compared AS job
INNER JOIN names
    ON
        job.video_s3_object_bucket IS NOT DISTINCT FROM names.video_s3_object_bucket
        AND job.video_s3_object_name = names.video_s3_object_name
        AND job.aggregate_by = names.aggregate_by
LEFT JOIN found
    ON
        job.job_id = found.job_id
        AND job.aggregate_by = found.aggregate_by
        AND names.name = found.name
