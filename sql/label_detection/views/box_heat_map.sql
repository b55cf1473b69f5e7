-- Grain: one row per label name of a video and cell of a grid of 32 columns and 18 rows over the frame
--   (latest jobs, TIMESTAMPS) in which the middle of a box lies.
-- Keys: job_id, name, grid_column (0 to 31, from the left), grid_row (0 to 17, from the top).
-- Answers: where in the frame do things appear? A box reaching past the frame counts in the outermost cell.
-- Column grid_column: Column of the grid, 0 (left) to 31.
-- Column grid_row: Row of the grid, 0 (top) to 17.
-- Column boxes: Boxes whose middle lies in this cell.
SELECT
    job.job_id,
    job.video_s3_object_bucket,
    job.video_s3_object_name,
    cell.name,
    cell.grid_column,
    cell.grid_row,
    cell.boxes
FROM latest_label_detection_jobs AS job
INNER JOIN precomputed.box_heat_map AS cell
    ON job.job_id = cell.job_id
WHERE job.aggregate_by = 'TIMESTAMPS'
