// Scenarios out of their files, each checked: a mistake in one is told by file, scenario, step and field.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Static, TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import {
  changeStep,
  clockStep,
  messageStep,
  requestStep,
  type Scenario,
  type Step,
  scenarioSchema,
} from './scenario.js';

/** A scenario file is not what docs/conformance.md says; the message names the place. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

const checks = {
  scenario: TypeCompiler.Compile(scenarioSchema),
  message: TypeCompiler.Compile(messageStep),
  request: TypeCompiler.Compile(requestStep),
  change: TypeCompiler.Compile(changeStep),
  clock: TypeCompiler.Compile(clockStep),
};

/** Every scenario of the folder's JSON files, by file name. @throws ScenarioError */
export function readScenarios(folder: string): Scenario[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();
  const scenarios = files.flatMap((file) => scenariosOf(file, readFileSync(join(folder, file), 'utf8')));
  if (scenarios.length === 0) throw new ScenarioError(`${folder} has no scenarios`);
  const seen = new Set<string>();
  for (const { file, name } of scenarios) {
    if (seen.has(name)) throw new ScenarioError(`${file}: there are two scenarios called "${name}"`);
    seen.add(name);
  }
  return scenarios;
}

/** @param text a JSON list of scenarios @throws ScenarioError */
export function scenariosOf(file: string, text: string): Scenario[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new ScenarioError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!Array.isArray(list)) throw new ScenarioError(`${file}: a list of scenarios is expected`);
  return list.map((value: unknown, index) => scenarioOf(file, value, index));
}

function scenarioOf(file: string, value: unknown, index: number): Scenario {
  const place = `${file}, ${nameOf(value) ?? `scenario ${index + 1}`}`;
  const { name, source, covers = [], given = {}, steps } = checked(checks.scenario, value, place);
  const scenario = {
    file,
    name,
    source,
    covers,
    given,
    steps: steps.map((step, i) => stepOf(step, `${place}, step ${i + 1}`)),
  };
  checkNames(scenario, place);
  return scenario;
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'name' in value ? `"${String(value.name)}"` : undefined;
}

function stepOf(step: { readonly send: object }, place: string): Step {
  if ('mti' in step.send) return checked(checks.message, step, place);
  if ('http' in step.send) return checked(checks.request, step, place);
  if ('change' in step.send) return checked(checks.change, step, place);
  if ('advance_seconds' in step.send) return checked(checks.clock, step, place);
  throw new ScenarioError(`${place}: /send has neither mti nor http nor change nor advance_seconds`);
}

function checked<S extends TSchema>(checker: TypeCheck<S>, value: unknown, place: string): Static<S> {
  if (checker.Check(value)) return value;
  const error = checker.Errors(value).First();
  throw new ScenarioError(`${place}: ${error?.path || 'the whole'}: ${error?.message ?? 'not as it should be'}`);
}

/** What a step speaks of must have been sent before it, over the wire. */
function checkNames({ steps }: { readonly steps: readonly Step[] }, place: string): void {
  const sent = new Set<string>();
  steps.forEach(({ as, send }, i) => {
    for (const spokenOf of ['about' in send && send.about, 'follows' in send && send.follows])
      if (typeof spokenOf === 'string' && !sent.has(spokenOf))
        throw new ScenarioError(`${place}, step ${i + 1}: no message before it is called "${spokenOf}"`);
    if (as !== undefined && 'mti' in send) sent.add(as);
  });
}
