import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type MetricName, metricDimension, metricNamespace } from '../lambdas/contracts/load.ts';
import type { Api } from './api.ts';
import type { Callbacks } from './callbacks.ts';
import type { ControlFunction } from './control-function.ts';
import type { Signals } from './signals.ts';

export interface ObservabilityProps {
  readonly signals: Signals;
  readonly callbacks: Callbacks;
  readonly api: Api;
  /** Of the loops. */
  readonly stateMachines: readonly sfn.StateMachine[];
  readonly functions: readonly ControlFunction[];
  /**
   * Who is mailed when an alarm goes off and when it is over.
   * @default nobody: alarms show on the dashboard only
   */
  readonly alarmEmail?: string;
}

interface AlarmSpec {
  readonly metric: cloudwatch.IMetric;
  /** The alarm goes off at this value. */
  readonly threshold: number;
  /** What it means, as a sentence. */
  readonly meaning: string;
  /** Heading of `docs/runbook.md` that says what to do. */
  readonly runbook: string;
}

type FunctionMetric = 'Errors' | 'Throttles';

const period = Duration.minutes(5);
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html: at most 10 in an alarm. */
const metricsPerAlarm = 10;

/** Alarms and the dashboard of the control plane itself; clusters' own load is watched by alarms that their loops make. */
export class Observability extends Construct {
  readonly alarms: readonly cloudwatch.Alarm[];
  private readonly props: ObservabilityProps;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    this.props = props;
    this.alarms = [
      ...this.addSignalAlarms(),
      this.addCallbackAlarm(),
      ...this.addWorkAlarms(),
      ...this.addFunctionAlarms(),
    ];
    if (props.alarmEmail !== undefined) this.addTopic(props.alarmEmail);
    this.addDashboard();
  }

  private addSignalAlarms(): cloudwatch.Alarm[] {
    const { queue, deadLetters } = this.props.signals;
    return [
      this.addAlarm('DeadLettersAlarm', {
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
        threshold: 1,
        meaning: 'A signal or a scheduled sweep could not be handled.',
        runbook: 'dead-letters',
      }),
      this.addAlarm('LateSignalsAlarm', {
        metric: queue.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }),
        threshold: 300,
        meaning: 'A signal has waited for five minutes: clusters react late.',
        runbook: 'late-signals',
      }),
    ];
  }

  private addCallbackAlarm(): cloudwatch.Alarm {
    const { deadLetters } = this.props.callbacks;
    return this.addAlarm('LostCallbacksAlarm', {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      threshold: 1,
      meaning: 'A callback could not be handled. Deployments are not affected.',
      runbook: 'lost-callbacks',
    });
  }

  private addWorkAlarms(): cloudwatch.Alarm[] {
    const { stateMachines, api } = this.props;
    const failures = stateMachines.flatMap((machine) => [
      machine.metricFailed({ period }),
      machine.metricTimedOut({ period }),
      machine.metricAborted({ period }),
    ]);
    return [
      this.addAlarm('FailedRunsAlarm', {
        metric: sumOf(failures, 'Runs that ended badly'),
        threshold: 1,
        meaning: 'A run of a loop ended badly. Another one is started at once.',
        runbook: 'failed-runs',
      }),
      this.addAlarm('ApiFaultsAlarm', {
        metric: api.stage.metricServerError({ period }),
        threshold: 5,
        meaning: 'The API answers with status 5xx.',
        runbook: 'api-faults',
      }),
    ];
  }

  /** A few alarms over all functions: each can sum up a few metrics only, and cannot rest on a search. */
  private addFunctionAlarms(): cloudwatch.Alarm[] {
    const alarms = (name: FunctionMetric, meaning: string, runbook: string) =>
      this.sumsOfFunctions(name).map((metric, index) =>
        this.addAlarm(`Function${name}Alarm${index + 1}`, { metric, threshold: 5, meaning, runbook }),
      );
    return [
      ...alarms('Errors', 'Functions fail repeatedly.', 'function-errors'),
      ...alarms('Throttles', 'Functions are refused for want of concurrency.', 'function-throttles'),
    ];
  }

  private sumsOfFunctions(name: FunctionMetric): cloudwatch.MathExpression[] {
    const { functions } = this.props;
    return Array.from({ length: Math.ceil(functions.length / metricsPerAlarm) }, (_, index) => {
      const some = functions.slice(index * metricsPerAlarm, (index + 1) * metricsPerAlarm);
      return sumOf(
        some.map((each) => metricOf(each, name)),
        `${name} ${some.map((each) => each.name).join(', ')}`,
      );
    });
  }

  private addAlarm(id: string, { metric, threshold, meaning, runbook }: AlarmSpec): cloudwatch.Alarm {
    return new cloudwatch.Alarm(this, id, {
      metric,
      threshold,
      alarmDescription: `${meaning} Runbook: docs/runbook.md#${runbook}`,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // No data is the sound of nothing happening.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  private addTopic(alarmEmail: string): void {
    const topic = new sns.Topic(this, 'AlarmTopic', { enforceSSL: true });
    topic.addSubscription(new EmailSubscription(alarmEmail));
    for (const alarm of this.alarms) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
  }

  private addDashboard(): void {
    const { signals, stateMachines, api, functions } = this.props;
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { defaultInterval: Duration.hours(12) });
    dashboard.addWidgets(new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...this.alarms], width: 24 }));
    dashboard.addWidgets(
      graph('Signals', [
        signals.queue.metricNumberOfMessagesSent({ period }),
        signals.queue.metricApproximateAgeOfOldestMessage({ period }),
        signals.deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      ]),
      graph(
        'Runs of the loops',
        stateMachines.flatMap((machine) => [
          machine.metricStarted({ period }),
          machine.metricSucceeded({ period }),
          machine.metricFailed({ period }),
          machine.metricTimedOut({ period }),
        ]),
      ),
    );
    dashboard.addWidgets(
      graph('API', [
        api.stage.metricCount({ period }),
        api.stage.metricClientError({ period }),
        api.stage.metricServerError({ period }),
      ]),
      graph(
        'Errors of functions',
        functions.map((each) => metricOf(each, 'Errors')),
      ),
    );
    dashboard.addWidgets(
      graph('Slaves of elastic clusters', [ofClusters('Slaves'), ofClusters('IdleSlaves')]),
      graph('Slaves that are missing or spare', [ofClusters('SlavesMissing'), ofClusters('SlavesSpare')]),
    );
  }
}

function metricOf(each: ControlFunction, name: FunctionMetric): cloudwatch.Metric {
  return each.function.metric(name, { period, statistic: 'Sum', label: each.name });
}

/** One line per cluster that has published it. */
function ofClusters(name: MetricName): cloudwatch.MathExpression {
  const expression = `SEARCH('{${metricNamespace},${metricDimension}} MetricName="${name}"', 'Maximum', 60)`;
  return new cloudwatch.MathExpression({ expression, label: name, period: Duration.minutes(1) });
}

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: 12, height: 6 });
}

/** Sum in which a metric without data counts 0. */
function sumOf(metrics: readonly cloudwatch.IMetric[], label: string): cloudwatch.MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const expression = metrics.map((_, index) => `FILL(m${index}, 0)`).join(' + ');
  return new cloudwatch.MathExpression({ expression, usingMetrics, label, period });
}
