"""Every answer of Amazon Rekognition by its members, so that a file is recognised by what is in it.

A list that two operations call alike has the members of its elements in brackets. A test holds this
against botocore's service model and prints the line that is missing.
"""

from __future__ import annotations

ANSWERS: dict[str, str] = {
    "AssociateFaces": "AssociatedFaces UnsuccessfulFaceAssociations UserStatus",
    "CompareFaces": (
        "SourceImageFace FaceMatches UnmatchedFaces SourceImageOrientationCorrection "
        "TargetImageOrientationCorrection"
    ),
    "CopyProjectVersion": "ProjectVersionArn",
    "CreateCollection": "StatusCode CollectionArn FaceModelVersion",
    "CreateDataset": "DatasetArn",
    "CreateFaceLivenessSession": "SessionId",
    "CreateProject": "ProjectArn",
    "CreateProjectVersion": "ProjectVersionArn",
    "CreateStreamProcessor": "StreamProcessorArn",
    "DeleteCollection": "StatusCode",
    "DeleteFaces": "DeletedFaces UnsuccessfulFaceDeletions",
    "DeleteProject": "Status",
    "DeleteProjectVersion": "Status",
    "DescribeCollection": "FaceCount FaceModelVersion CollectionARN CreationTimestamp UserCount",
    "DescribeDataset": "DatasetDescription",
    "DescribeProjectVersions": "ProjectVersionDescriptions NextToken",
    "DescribeProjects": "ProjectDescriptions NextToken",
    "DescribeStreamProcessor": (
        "Name StreamProcessorArn Status StatusMessage CreationTimestamp LastUpdateTimestamp "
        "Input Output RoleArn Settings NotificationChannel KmsKeyId RegionsOfInterest "
        "DataSharingPreference"
    ),
    "DetectCustomLabels": "CustomLabels",
    "DetectFaces": "FaceDetails OrientationCorrection",
    "DetectLabels": (
        "Labels[Name Confidence Instances Parents Aliases Categories] OrientationCorrection "
        "LabelModelVersion ImageProperties"
    ),
    "DetectModerationLabels": (
        "ModerationLabels[Confidence Name ParentName TaxonomyLevel] ModerationModelVersion "
        "HumanLoopActivationOutput ProjectVersion ContentTypes"
    ),
    "DetectProtectiveEquipment": (
        "ProtectiveEquipmentModelVersion Persons[BodyParts BoundingBox Confidence Id] Summary"
    ),
    "DetectText": (
        "TextDetections[DetectedText Type Id ParentId Confidence Geometry] TextModelVersion"
    ),
    "DisassociateFaces": "DisassociatedFaces UnsuccessfulFaceDisassociations UserStatus",
    "GetCelebrityInfo": "Urls Name KnownGender",
    "GetCelebrityRecognition": (
        "JobStatus StatusMessage VideoMetadata NextToken Celebrities JobId Video JobTag"
    ),
    "GetContentModeration": (
        "JobStatus StatusMessage VideoMetadata ModerationLabels[Timestamp ModerationLabel "
        "StartTimestampMillis EndTimestampMillis DurationMillis ContentTypes] NextToken "
        "ModerationModelVersion JobId Video JobTag GetRequestMetadata"
    ),
    "GetFaceDetection": (
        "JobStatus StatusMessage VideoMetadata NextToken Faces[Timestamp Face] JobId Video JobTag"
    ),
    "GetFaceLivenessSessionResults": (
        "SessionId Status Confidence ReferenceImage AuditImages Challenge Feedback Metadata"
    ),
    "GetFaceSearch": (
        "JobStatus StatusMessage NextToken VideoMetadata Persons[Timestamp Person "
        "FaceMatches] JobId Video JobTag"
    ),
    "GetLabelDetection": (
        "JobStatus StatusMessage VideoMetadata NextToken Labels[Timestamp Label "
        "StartTimestampMillis EndTimestampMillis DurationMillis] LabelModelVersion JobId "
        "Video JobTag GetRequestMetadata"
    ),
    "GetMediaAnalysisJob": (
        "JobId JobName OperationsConfig Status FailureDetails CreationTimestamp "
        "CompletionTimestamp Input OutputConfig KmsKeyId Results ManifestSummary"
    ),
    "GetPersonTracking": (
        "JobStatus StatusMessage VideoMetadata NextToken Persons[Timestamp Person] JobId "
        "Video JobTag"
    ),
    "GetSegmentDetection": (
        "JobStatus StatusMessage VideoMetadata[Codec DurationMillis Format FrameRate "
        "FrameHeight FrameWidth ColorRange] AudioMetadata NextToken Segments "
        "SelectedSegmentTypes JobId Video JobTag"
    ),
    "GetTextDetection": (
        "JobStatus StatusMessage VideoMetadata TextDetections[Timestamp TextDetection] "
        "NextToken TextModelVersion JobId Video JobTag"
    ),
    "IndexFaces": "FaceRecords OrientationCorrection FaceModelVersion UnindexedFaces",
    "ListCollections": "CollectionIds NextToken FaceModelVersions",
    "ListDatasetEntries": "DatasetEntries NextToken",
    "ListDatasetLabels": "DatasetLabelDescriptions NextToken",
    "ListFaces": (
        "Faces[FaceId BoundingBox ImageId ExternalImageId Confidence IndexFacesModelVersion "
        "UserId] NextToken FaceModelVersion"
    ),
    "ListMediaAnalysisJobs": "NextToken MediaAnalysisJobs",
    "ListProjectPolicies": "ProjectPolicies NextToken",
    "ListStreamProcessors": "NextToken StreamProcessors",
    "ListTagsForResource": "Tags",
    "ListUsers": "Users NextToken",
    "PutProjectPolicy": "PolicyRevisionId",
    "RecognizeCelebrities": "CelebrityFaces UnrecognizedFaces OrientationCorrection",
    "SearchFaces": "SearchedFaceId FaceMatches FaceModelVersion",
    "SearchFacesByImage": (
        "SearchedFaceBoundingBox SearchedFaceConfidence FaceMatches FaceModelVersion"
    ),
    "SearchUsers": "UserMatches FaceModelVersion SearchedFace SearchedUser",
    "SearchUsersByImage": "UserMatches FaceModelVersion SearchedFace UnsearchedFaces",
    "StartCelebrityRecognition": "JobId",
    "StartContentModeration": "JobId",
    "StartFaceDetection": "JobId",
    "StartFaceSearch": "JobId",
    "StartLabelDetection": "JobId",
    "StartMediaAnalysisJob": "JobId",
    "StartPersonTracking": "JobId",
    "StartProjectVersion": "Status",
    "StartSegmentDetection": "JobId",
    "StartStreamProcessor": "SessionId",
    "StartTextDetection": "JobId",
    "StopProjectVersion": "Status",
}
