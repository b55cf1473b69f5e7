-- Grain: result of the ledger that is shown, without a row for its job.
-- Finds: a result of which only some tables were written.
SELECT
    load.operation,
    load.job_id,
    load.aggregate_by,
    'its job is in neither label_detection_jobs nor media_analysis_jobs' AS problem
FROM loads AS load
LEFT JOIN label_detection_jobs AS video
    ON
        load.job_id = video.job_id
        AND load.aggregate_by = video.aggregate_by
        AND load.operation = 'label_detection'
LEFT JOIN media_analysis_jobs AS media
    ON load.job_id = media.job_id AND load.operation = 'media_analysis'
WHERE NOT load.held_back AND video.job_id IS NULL AND media.job_id IS NULL
