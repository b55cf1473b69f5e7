// One video job and two bulk jobs: start, wait, pages, list. Prints what it found as JSON.
// Arguments: the requests to start them with, as JSON.
import {
  GetLabelDetectionCommand,
  GetMediaAnalysisJobCommand,
  ListMediaAnalysisJobsCommand,
  RekognitionClient,
  StartLabelDetectionCommand,
  StartMediaAnalysisJobCommand,
} from "@aws-sdk/client-rekognition";
import { setTimeout } from "node:timers/promises";

const [video, bulk, pageSize] = process.argv.slice(2).map((text) => JSON.parse(text));
const client = new RekognitionClient({});

async function ended(command, status) {
  for (;;) {
    const answer = await client.send(command);
    if (answer[status] === "SUCCEEDED" || answer[status] === "FAILED") return answer[status];
    await setTimeout(100);
  }
}

async function pages(Command, request, list) {
  const found = [];
  let NextToken = "";
  do {
    const answer = await client.send(new Command({ ...request, NextToken }));
    found.push(answer[list]);
    NextToken = answer.NextToken;
  } while (NextToken);
  return found;
}

async function refusal(command) {
  try {
    await client.send(command);
  } catch (error) {
    return [error.name, error.$metadata.httpStatusCode, error.message];
  }
}

const { JobId } = await client.send(new StartLabelDetectionCommand(video));
const started = [];
for (const JobName of ["first", "second"]) {
  started.push((await client.send(new StartMediaAnalysisJobCommand({ ...bulk, JobName }))).JobId);
}
const statuses = [await ended(new GetLabelDetectionCommand({ JobId }), "JobStatus")];
for (const one of started) {
  statuses.push(await ended(new GetMediaAnalysisJobCommand({ JobId: one }), "Status"));
}
const labels = await pages(
  GetLabelDetectionCommand,
  { JobId, MaxResults: pageSize },
  "Labels",
);
const jobs = await pages(ListMediaAnalysisJobsCommand, { MaxResults: 1 }, "MediaAnalysisJobs");
console.log(
  JSON.stringify({
    statuses,
    labels,
    started,
    listed: jobs.flat().map((job) => [job.JobId, job.JobName, job.Status]),
    refused: await refusal(new GetLabelDetectionCommand({ JobId: "a".repeat(65) })),
  }),
);
