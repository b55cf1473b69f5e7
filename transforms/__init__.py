"""Rekognition's results as tables: landing zone, flatten, reconcile, load. Neither Airflow nor boto3 is imported here."""
