-- Grain: one row per video, label name and model version, of videos that several models looked at.
-- Keys: video_s3_object_bucket, video_s3_object_name, aggregate_by, name, label_model_version.
-- Answers: what does a newer model see in the same video that an older one did not, and the other way
--   round? Reads all results, not the latest alone: each model's newest SUCCEEDED job counts, whatever its
--   settings, and newest means what it does in latest_label_detection_jobs. A label that a model did not
--   find has 0 sightings, so that the versions can be laid side by side.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column sightings: How often this model found the label; 0 when it did not.
-- Column mean_confidence: Mean confidence of those, in percent; NULL when there is none.
WITH jobs AS (
    SELECT
        job.job_id,
        job.aggregate_by,
        COALESCE(job.video_s3_object_bucket, request.input_s3_object_bucket) AS video_s3_object_bucket,
        COALESCE(job.video_s3_object_name, request.input_s3_object_name) AS video_s3_object_name,
        job.label_model_version,
        COALESCE(request.started_at, load.landed_at) AS started_at
    FROM label_detection_jobs AS job
    INNER JOIN loads AS load
        ON
            job.job_id = load.job_id
            AND job.aggregate_by = load.aggregate_by
            AND load.operation = 'label_detection'
    LEFT JOIN job_requests AS request
        ON
            job.job_id = request.job_id
            AND job.aggregate_by = request.aggregate_by
            AND request.operation = 'label_detection'
    WHERE job.job_status = 'SUCCEEDED'
),

newest AS (
    SELECT *
    FROM jobs
    WHERE video_s3_object_name IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY video_s3_object_bucket, video_s3_object_name, aggregate_by, label_model_version
        ORDER BY started_at DESC, job_id DESC
    ) = 1
),

several AS (
    SELECT *
    FROM newest
    QUALIFY COUNT(*) OVER (
        PARTITION BY video_s3_object_bucket, video_s3_object_name, aggregate_by
    ) > 1
),

found AS (
    SELECT
        job.video_s3_object_bucket,
        job.video_s3_object_name,
        job.aggregate_by,
        job.label_model_version,
        job.job_id,
        label.name,
        COUNT(*) AS sightings,
        -- whole numbers of 2^-50 percent: a sum of doubles would depend on the order of the rows
        SUM(CAST(label.confidence * POWER(2, 50) AS BIGINT)) / COUNT(label.confidence) / POWER(2, 50)
            AS mean_confidence
    FROM several AS job
    LEFT JOIN labels AS label
        ON job.job_id = label.job_id AND job.aggregate_by = label.aggregate_by
    GROUP BY
        job.video_s3_object_bucket,
        job.video_s3_object_name,
        job.aggregate_by,
        job.label_model_version,
        job.job_id,
        label.name
),

analyses AS (
    SELECT
        video_s3_object_bucket,
        video_s3_object_name,
        aggregate_by,
        label_model_version,
        job_id,
        MAP(
            LIST(name) FILTER (WHERE name IS NOT NULL),
            LIST(STRUCT_PACK(sightings := sightings, mean_confidence := mean_confidence))
            FILTER (WHERE name IS NOT NULL)
        ) AS found
    FROM found
    GROUP BY video_s3_object_bucket, video_s3_object_name, aggregate_by, label_model_version, job_id
),

-- a window and no second look at `analyses`, so that one video's question reads its rows alone
compared AS (
    SELECT
        *,
        UNNEST(LIST_DISTINCT(FLATTEN(
            LIST(MAP_KEYS(found)) OVER (
                PARTITION BY video_s3_object_bucket, video_s3_object_name, aggregate_by
            )
        ))) AS name
    FROM analyses
)

SELECT
    video_s3_object_bucket,
    video_s3_object_name,
    aggregate_by,
    name,
    label_model_version,
    job_id,
    COALESCE(found[name]['sightings'], 0) AS sightings,
    found[name]['mean_confidence'] AS mean_confidence
FROM compared
