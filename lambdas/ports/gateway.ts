import type {
  ChangeAnswer,
  DeleteGroupRequest,
  DeleteJobRequest,
  GroupView,
  JobView,
  MoveAnswer,
  MoveServicesRequest,
  PutGroupRequest,
  PutJobRequest,
  Snapshot,
  SnapshotRequest,
  ViewGroupsRequest,
  ViewJobsRequest,
} from '../contracts/gateway.ts';

/** A request without its operation, which the method's name tells. */
type Without<R> = Omit<R, 'operation'>;

/**
 * The one way to a cluster's Mesos, Marathon and Chronos. Nothing here throws because a cluster does not answer: questions are
 * answered with undefined, changes with `unanswered`. All changes may be repeated.
 */
export interface Gateway {
  /** @returns undefined if the gateway could not answer in time */
  snapshot(request: Without<SnapshotRequest>): Promise<Snapshot | undefined>;
  putGroup(request: Without<PutGroupRequest>): Promise<ChangeAnswer>;
  /** `accepted` too if there is no such group. */
  deleteGroup(request: Without<DeleteGroupRequest>): Promise<ChangeAnswer>;
  /** One view per group, in the order asked for. @returns undefined if Marathon could not tell */
  viewGroups(request: Without<ViewGroupsRequest>): Promise<readonly GroupView[] | undefined>;
  putJob(request: Without<PutJobRequest>): Promise<ChangeAnswer>;
  /** `accepted` too if there is no such job. */
  deleteJob(request: Without<DeleteJobRequest>): Promise<ChangeAnswer>;
  /** One view per job, in the order asked for. @returns undefined if Chronos could not tell */
  viewJobs(request: Without<ViewJobsRequest>): Promise<readonly JobView[] | undefined>;
  /** May be repeated: what has moved already is not there any more. @returns undefined if Marathon could not tell or did not take it */
  moveServices(request: Without<MoveServicesRequest>): Promise<MoveAnswer | undefined>;
}
