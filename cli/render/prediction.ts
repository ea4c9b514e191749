import type { DetectorSpec } from "#adapters/opensearch/provisioning/detectors.ts";
import { amount, counted, duration, utc, utcWindow } from "#core/messages/format.ts";
import { accountName } from "#core/messages/phrases.ts";
import { quantityOf } from "#core/messages/quantity.ts";
import { named, visible } from "#core/messages/visible.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { PredictedEpisode, Prediction } from "../second-opinion/predict.ts";
import { columns, Terminal, type TextOptions } from "./terminal.ts";

interface About {
  readonly specs: readonly DetectorSpec[];
  readonly directory: AccountDirectory;
}

/** What detectors would report, one after the other, for a terminal. */
export function renderPrediction(
  prediction: Prediction | null,
  { specs, directory }: About,
  options: TextOptions,
): string {
  if (!prediction) return "no event in the store: no detector would report anything\n";
  const terminal = new Terminal(options);
  const line = (text: string, lead = ""): string => terminal.wrap(visible(text), lead, columns(lead));
  const { span, mode, runs, models, windows, agreement, episodes } = prediction;
  const how = mode === "realtime" ? "as they run in real time" : "as they run over the past when they are made";
  const blocks = specs.map((spec) => {
    const own = episodes.filter(({ signal, by }) => signal === spec.mark.signal && by === ofSpec(spec));
    return [
      terminal.rule(spec.title),
      ...(own.length === 0 ? [line("nothing", "  ")] : []),
      ...own.map((episode) => line(words(episode, spec, directory, runs), `  ${utc(episode.window.start)}  `)),
    ].join("\n");
  });
  const head = [
    line(
      `${counted(episodes.length, "episode")} of ${counted(specs.length, "detector")} with ${counted(models, "model")}, ${how}; ${utcWindow(span)}, ${amount(windows)} windows judged${runs === 1 ? "" : `, ${runs} times with different seeds`}`,
    ),
    ...(agreement === null || runs === 1
      ? []
      : [
          line(`One run finds ${Math.round(agreement * 100)} % of what another finds: a cluster draws its seeds anew.`),
        ]),
  ].join("\n");
  return `${[head, ...blocks].join("\n\n")}\n`;
}

const ofSpec = ({ mark }: DetectorSpec): PredictedEpisode["by"] => (mark.by === "entity" ? "region" : mark.by);

function words(episode: PredictedEpisode, { signal }: DetectorSpec, directory: AccountDirectory, all: number): string {
  const { entity, window, actual, expected, grade, confidence, runs } = episode;
  const count =
    actual === null || expected === null
      ? ""
      : ` ${quantityOf(actual, signal, signal.id)} where ${amount(expected)} was expected,`;
  const often = all === 1 ? "" : `, in ${runs} of ${all} runs`;
  const sure = `grade ${hundredths(grade)}, confidence ${hundredths(confidence)}`;
  return `${placeWords(entity, directory)}:${count} ${sure}, ${duration(window.end - window.start)}${often}`;
}

function placeWords(entity: PredictedEpisode["entity"], directory: AccountDirectory): string {
  switch (entity.of) {
    case "region":
      return `${accountName(directory.account(entity.account))}, ${named(entity.region)}`;
    case "account-type":
      return `all ${entity.type} accounts`;
    case "ou":
      return `all accounts of ${named(entity.path)}`;
  }
}

const hundredths = (value: number): string => String(Math.round(value * 100) / 100);
