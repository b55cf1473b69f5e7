-- Grain: one row per top-level moderation category, and one with an empty name for all others.
-- Keys: category.
-- Answers: from which confidence (percent) on does a person have to look? To change one, edit this
--   file: the next load writes the view anew. Categories are the first level of the moderation
--   taxonomy, model 7: https://docs.aws.amazon.com/rekognition/latest/dg/moderation-api.html
SELECT
    threshold.category,
    threshold.min_confidence
FROM (
    VALUES
    ('', 80.0),
    ('Explicit', 60.0),
    ('Violence', 60.0),
    ('Visually Disturbing', 60.0),
    ('Hate Symbols', 50.0),
    ('Drugs & Tobacco', 75.0),
    ('Alcohol', 90.0),
    ('Gambling', 90.0),
    ('Rude Gestures', 80.0),
    ('Swimwear or Underwear', 90.0),
    ('Non-Explicit Nudity of Intimate parts and Kissing', 75.0)
) AS threshold (category, min_confidence)
