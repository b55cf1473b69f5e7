"""Amazon Rekognition and the published tables as Airflow hooks."""
