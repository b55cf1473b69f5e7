-- Grain: account and region, over all jobs that were ever started or found.
SELECT
    account,
    region,
    COUNT(*) AS jobs,
    COUNT(*) FILTER (WHERE estimated_usd IS NULL) AS jobs_without_estimate,
    SUM(estimated_usd) AS estimated_usd
FROM {{ source('rekognition', 'job_status') }}
GROUP BY account, region
ORDER BY estimated_usd DESC NULLS LAST
