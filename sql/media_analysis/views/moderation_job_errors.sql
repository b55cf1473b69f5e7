-- Grain: one row per kind of error of an image moderation job that FAILED or left images out.
-- Keys: job_id, code.
-- Answers: which jobs of image moderation failed, or did not analyse some of their images, of how many is
--   which error, and why? A job that failed without an error line has one row, of which code and images
--   are NULL. The lines of a result that is held back are not here.
-- Column mode: `bulk`, or `image` for DetectModerationLabels called image by image; NULL while no result of
--   the job is in the tables.
-- Column state: As in job_status.
-- Column status: SUCCEEDED or FAILED, as in job_status.
-- Column status_message: Why the whole job failed, in words.
-- Column code: Kind of error.
-- Column images: Images with this error: lines, where one image is on several.
-- Column message: What was said of the first of these images.
WITH errors AS (
    SELECT
        job_id,
        code,
        COUNT(*) AS images,
        ARG_MIN(message, error_index) AS message
    FROM manifest_errors
    GROUP BY job_id, code
)

SELECT
    known.job_id,
    job.mode,
    known.state,
    known.status,
    known.status_message,
    errors.code,
    errors.images,
    errors.message,
    known.started_at,
    known.finished_at
FROM job_status AS known
LEFT JOIN media_analysis_jobs AS job ON known.job_id = job.job_id
LEFT JOIN errors ON known.job_id = errors.job_id
WHERE
    known.operation = 'media_analysis'
    AND (known.status = 'FAILED' OR errors.job_id IS NOT NULL)
