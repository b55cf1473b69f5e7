-- Grain: one row per job that was ever started or found, as of the last load.
-- Keys: operation, job_id.
-- Answers: what became of each job, who ran it, how long did it take, what may it have cost, and does
--   its result reconcile? Jobs whose result is held back or not landed are here too. The two forms of
--   a video's result are one job. The cost is an estimate from `prices` (of the job's region, else of all
--   others): images that the service says it analysed, minutes of video. Each job costs, of an object that
--   was analysed twice both.
-- Column state: `loaded`; `held back`, while no form of its result is in the tables; `no result`, when
--   none was landed and flattened.
-- Column forms: TIMESTAMPS and SEGMENTS: the forms of a video's result; empty for a bulk job.
-- Column reconciled: Every form of the result is what the service said it returned; NULL without one.
-- Column held_back: A form of the result is kept out of the tables until it is accepted.
-- Column reason: Why a form does not reconcile, or why no run looks for the result any more.
-- Column started_at: When the job was started, or its start was answered; NULL where nobody told it.
-- Column seconds: From started_at to finished_at; NULL where one of them is not known.
-- Column images: Images that were analysed, and charged: lines, where one image is on several.
-- Column duration_millis: Length of the video, in milliseconds.
-- Column estimated_usd: What the job may have cost, in US dollars, by the table prices.
-- Column not_estimated: Why estimated_usd is NULL; NULL where it is not.
-- Column landed_at: When the last of its forms was landed whole.
-- Column flattened_at: When the last of its forms was flattened.
-- Column loaded_at: When the last of its forms was loaded.
WITH jobs AS (
    -- of the two forms of one result TIMESTAMPS speaks first, where it says anything
    SELECT
        operation,
        job_id,
        CASE WHEN BOOL_AND(held_back) THEN 'held back' ELSE 'loaded' END AS state,
        LIST_SORT(COALESCE(LIST(aggregate_by) FILTER (WHERE aggregate_by IS NOT NULL), [])) AS forms,
        ARG_MAX(status, COALESCE(aggregate_by, '')) AS status,
        ARG_MAX(status_message, COALESCE(aggregate_by, '')) AS status_message,
        MIN(account) AS account,
        MIN(region) AS region,
        MIN(found_by) AS found_by,
        MIN(input_s3_object_bucket) AS input_s3_object_bucket,
        MIN(input_s3_object_name) AS input_s3_object_name,
        MIN(input_s3_object_version) AS input_s3_object_version,
        BOOL_AND(reconciled) AS reconciled,
        BOOL_OR(held_back) AS held_back,
        ARG_MAX(reason, COALESCE(aggregate_by, '')) AS reason,
        ARG_MAX(accepted_reason, COALESCE(aggregate_by, '')) AS accepted_reason,
        MIN(started_at) AS started_at,
        MIN(finished_at) AS finished_at,
        MAX(images) AS images,
        MAX(video_metadata_duration_millis) AS duration_millis,
        MAX(landed_at) AS landed_at,
        MAX(flattened_at) AS flattened_at,
        MAX(loaded_at) AS loaded_at
    FROM loads
    GROUP BY operation, job_id
    UNION ALL BY NAME
    SELECT
        job.operation,
        job.job_id,
        'no result' AS state,
        CAST([] AS VARCHAR[]) AS forms,
        job.status,
        job.account,
        job.region,
        job.found_by,
        job.input_s3_object_bucket,
        job.input_s3_object_name,
        job.input_s3_object_version,
        FALSE AS held_back,
        job.given_up AS reason,
        job.started_at,
        job.finished_at
    FROM internal.unlanded_jobs AS job
    ANTI JOIN loads AS load ON job.operation = load.operation AND job.job_id = load.job_id
),

priced AS (
    SELECT
        job.*,
        COALESCE(price.usd, fallback.usd) AS usd,
        $units AS units
    FROM jobs AS job
    LEFT JOIN prices AS price ON job.operation = price.operation AND job.region = price.region
    LEFT JOIN prices AS fallback ON job.operation = fallback.operation AND fallback.region = ''
)

SELECT
    operation,
    job_id,
    state,
    status,
    status_message,
    account,
    region,
    found_by,
    input_s3_object_bucket,
    input_s3_object_name,
    input_s3_object_version,
    forms,
    reconciled,
    held_back,
    reason,
    accepted_reason,
    started_at,
    finished_at,
    EPOCH(finished_at - started_at) AS seconds,
    images,
    duration_millis,
    CASE WHEN status = 'SUCCEEDED' THEN units * usd END AS estimated_usd,
    CASE
        WHEN state = 'no result' THEN 'no result: what was analysed is not known yet'
        WHEN status = 'FAILED' THEN 'a failed job'
        WHEN status IS NULL THEN 'the service named no status'
        WHEN units IS NULL THEN 'the service named no length'
        WHEN usd IS NULL THEN 'no price'
    END AS not_estimated,
    landed_at,
    flattened_at,
    loaded_at
FROM priced
