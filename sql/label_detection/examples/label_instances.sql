-- Answers: where in the frame is each box, and how large is it?
SELECT
    label.video_s3_object_name,
    label.name,
    label.timestamp,
    ROUND(box.bounding_box_left, 3) AS bounding_box_left,
    ROUND(box.bounding_box_top, 3) AS bounding_box_top,
    ROUND(100 * box.bounding_box_width * box.bounding_box_height, 1) AS percent_of_frame
FROM label_instances AS box
INNER JOIN latest_labels AS label
    ON
        box.job_id = label.job_id
        AND box.aggregate_by = label.aggregate_by
        AND box.label_index = label.label_index
ORDER BY percent_of_frame DESC, label.video_s3_object_name ASC, label.name ASC, label.timestamp ASC
LIMIT 10
