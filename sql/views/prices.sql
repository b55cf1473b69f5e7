-- Grain: one row per operation.
-- Keys: operation.
-- Answers: what does Amazon charge? First tier of us-east-1, in US dollars: stored-video label detection a
--   minute, image moderation an image. as_of is when the price was last looked up: prices change and
--   differ by region and volume, so edit this file; the next load writes the view anew.
SELECT
    price.operation,
    price.usd,
    price.unit,
    CAST(price.as_of AS DATE) AS as_of,
    'https://aws.amazon.com/rekognition/pricing/' AS source
FROM (
    VALUES
    ('label_detection', 0.10, 'minute of video', '2025-01-01'),
    ('media_analysis', 0.001, 'image', '2025-01-01')
) AS price (operation, usd, unit, as_of)
