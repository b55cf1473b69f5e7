-- Grain: one row per SUCCEEDED job of $operation.
-- Keys: job_id.
-- Answers: which object did each job look at, and was another version of the video analysed later? Versions
--   differ where both are known, by their ETags or version ids. A job that names the version alone is of the
--   ETag that another one saw there.
-- Column object_identity: ETag of the video, or its version where no ETag is known; NULL where neither is. Equal
--   means the same object, different means another one.
-- Column is_replaced: Another version of the video was first analysed later; one whose version nobody knows
--   never is.
-- Column analysed_at: When the job started; where nobody knows, when it was first landed.
-- aggregates and joins, since windows over rows so wide cost twice as much
WITH etags AS (
    SELECT
        video_s3_object_bucket,
        video_s3_object_name,
        video_s3_object_version,
        MAX(input_etag) AS etag
    FROM precomputed.$analyses
    WHERE input_etag IS NOT NULL AND video_s3_object_version IS NOT NULL
    GROUP BY video_s3_object_bucket, video_s3_object_name, video_s3_object_version
),

identified AS (
    SELECT
        job.job_id,
        job.video_s3_object_bucket,
        job.video_s3_object_name,
        COALESCE(MAX(job.input_etag), MAX(etags.etag), MAX(job.video_s3_object_version)) AS object_identity,
        COALESCE(MIN(job.started_at), MIN(job.landed_at)) AS analysed_at
    FROM precomputed.$analyses AS job
    LEFT JOIN etags
        ON
            job.video_s3_object_bucket = etags.video_s3_object_bucket
            AND job.video_s3_object_name = etags.video_s3_object_name
            AND job.video_s3_object_version = etags.video_s3_object_version
    GROUP BY job.job_id, job.video_s3_object_bucket, job.video_s3_object_name
),

versions AS (
    SELECT
        video_s3_object_bucket,
        video_s3_object_name,
        object_identity,
        MIN(analysed_at) AS since
    FROM identified
    WHERE object_identity IS NOT NULL AND video_s3_object_name IS NOT NULL
    GROUP BY video_s3_object_bucket, video_s3_object_name, object_identity
),

newest AS (
    SELECT
        video_s3_object_bucket,
        video_s3_object_name,
        ARG_MAX(object_identity, (since, object_identity)) AS object_identity
    FROM versions
    GROUP BY video_s3_object_bucket, video_s3_object_name
)

SELECT
    job.job_id,
    job.object_identity,
    COALESCE(job.object_identity != newest.object_identity, FALSE) AS is_replaced,
    job.analysed_at
FROM identified AS job
LEFT JOIN newest
    ON
        job.video_s3_object_bucket = newest.video_s3_object_bucket
        AND job.video_s3_object_name = newest.video_s3_object_name
