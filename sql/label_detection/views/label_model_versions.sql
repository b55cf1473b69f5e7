-- Grain: one row per video, label name and model version, of videos that several models looked at; and one row
--   without a name per model whose result cannot be compared.
-- Keys: video_s3_object_bucket, video_s3_object_name, label_model_version, name.
-- Answers: what does a newer model see in the same video that an older one did not, and the other way round? Each
--   model's result is compared with the one that counts (latest_label_detection_jobs), in its form, where it
--   is known that both looked at the same object (version or ETag) with the same filters; of several such jobs of a
--   model the newest. All are cut at the highest MinConfidence among them, below which one of them was sent
--   nothing. A label that a model did not find has 0 sightings, so that the versions can be laid side by side.
-- Column aggregate_by: TIMESTAMPS or SEGMENTS: the form of the result.
-- Column min_confidence: Labels below it are left out of all that is compared, in percent.
-- Column sightings: How often this model found the label; 0 when it did not.
-- Column mean_confidence: Mean confidence of those, in percent; NULL when there is none.
-- Column not_comparable: Why this model's result cannot be compared; NULL where it is.
WITH candidates AS (
    SELECT
        job.job_id,
        job.aggregate_by,
        job.video_s3_object_bucket,
        job.video_s3_object_name,
        job.label_model_version,
        job.min_confidence,
        job.analysed_at,
        job.job_id = latest.job_id AS is_latest,
        CASE
            WHEN job.job_id = latest.job_id THEN NULL
            WHEN job.object_identity != latest.object_identity THEN 'another version of the video'
            WHEN job.object_identity IS NULL OR latest.object_identity IS NULL
                THEN 'not known to be the same version of the video'
            WHEN job.is_filtered IS NULL OR latest.is_filtered IS NULL THEN 'request not known'
            WHEN [
                job.label_inclusion_filters,
                job.label_exclusion_filters,
                job.label_category_inclusion_filters,
                job.label_category_exclusion_filters
            ] != [
                latest.label_inclusion_filters,
                latest.label_exclusion_filters,
                latest.label_category_inclusion_filters,
                latest.label_category_exclusion_filters
            ] THEN 'other filters'
            -- a stretch that was sent has one confidence, and could be shorter above another one
            WHEN job.aggregate_by = 'SEGMENTS' AND job.min_confidence != latest.min_confidence
                THEN 'SEGMENTS under another MinConfidence'
        END AS not_comparable
    FROM label_detection_analyses AS job
    INNER JOIN latest_label_detection_jobs AS latest
        ON
            job.video_s3_object_bucket = latest.video_s3_object_bucket
            AND job.video_s3_object_name = latest.video_s3_object_name
            AND job.aggregate_by = latest.aggregate_by
),

models AS (
    SELECT *
    FROM candidates
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY video_s3_object_bucket, video_s3_object_name, label_model_version
        ORDER BY is_latest DESC, not_comparable IS NOT NULL ASC, analysed_at DESC, job_id DESC
    ) = 1
),

several AS (
    SELECT
        * EXCLUDE (min_confidence),
        CASE
            WHEN not_comparable IS NULL
                THEN MAX(min_confidence) FILTER (not_comparable IS NULL) OVER same_video
        END AS min_confidence
    FROM models
    WINDOW same_video AS (PARTITION BY video_s3_object_bucket, video_s3_object_name)
    QUALIFY not_comparable IS NOT NULL OR COUNT(*) FILTER (not_comparable IS NULL) OVER same_video > 1
),

found AS (
    SELECT
        job.video_s3_object_bucket,
        job.video_s3_object_name,
        job.aggregate_by,
        job.label_model_version,
        job.job_id,
        job.not_comparable,
        job.min_confidence,
        label.name,
        COUNT(*) AS sightings,
        -- whole numbers of 2^-50 percent: a sum of doubles would depend on the order of the rows
        SUM(CAST(label.confidence * POWER(2, 50) AS BIGINT)) / COUNT(label.confidence) / POWER(2, 50)
            AS mean_confidence
    FROM several AS job
    LEFT JOIN labels AS label
        ON
            job.job_id = label.job_id
            AND job.aggregate_by = label.aggregate_by
            AND job.min_confidence <= label.confidence
    GROUP BY
        job.video_s3_object_bucket,
        job.video_s3_object_name,
        job.aggregate_by,
        job.label_model_version,
        job.job_id,
        job.not_comparable,
        job.min_confidence,
        label.name
),

analyses AS (
    SELECT
        video_s3_object_bucket,
        video_s3_object_name,
        aggregate_by,
        label_model_version,
        job_id,
        not_comparable,
        min_confidence,
        MAP(
            LIST(name) FILTER (WHERE name IS NOT NULL),
            LIST(STRUCT_PACK(sightings := sightings, mean_confidence := mean_confidence))
            FILTER (WHERE name IS NOT NULL)
        ) AS found
    FROM found
    GROUP BY
        video_s3_object_bucket,
        video_s3_object_name,
        aggregate_by,
        label_model_version,
        job_id,
        not_comparable,
        min_confidence
),

-- a window and no second look at `analyses`, so that one video's question reads its rows alone
names AS (
    SELECT
        *,
        LIST_DISTINCT(FLATTEN(
            LIST(MAP_KEYS(found)) OVER (PARTITION BY video_s3_object_bucket, video_s3_object_name)
        )) AS names
    FROM analyses
),

compared AS (
    SELECT
        *,
        UNNEST(CASE WHEN not_comparable IS NULL THEN names ELSE [NULL] END) AS name
    FROM names
)

SELECT
    video_s3_object_bucket,
    video_s3_object_name,
    aggregate_by,
    name,
    label_model_version,
    job_id,
    min_confidence,
    CASE WHEN not_comparable IS NULL THEN COALESCE(found[name]['sightings'], 0) END AS sightings,
    found[name]['mean_confidence'] AS mean_confidence,
    not_comparable
FROM compared
