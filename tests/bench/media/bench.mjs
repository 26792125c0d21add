// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to forward a publisher's packets to viewers: Janus's VideoRoom and Baton, each on a Janus of its own that
// is started for one reading. Prints progress, a table, and writes JSON; see `kUsage`.

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { machineAddress } from '../../../scripts/lib/address.mjs';
import { describeExit, endedWell, freePort, startGateway, stockPlugin } from '../../../scripts/lib/gateway.mjs';
import { findCapacity } from './capacity.mjs';
import { floorOf, kQuick, kFull, kServers, nameOf } from './cases.mjs';
import { measureRounds } from './rounds.mjs';
import { Readings } from './readings.mjs';
import { judge, printTable, summary, writeJson } from './report.mjs';

const kUsage = `Usage: bench.mjs --build FOLDER --readings FILE [--json FILE] [--quick] [--resume] [--repetitions N] [--viewers N]
                 [--rooms N] [--server TEXT] [--general TEXT] [--pin] [--capacity] [--rounds N]
  --build        where the plugin and the programs have been built
  --readings     every reading is kept here at once; --resume takes up what is there. Beside it, the logs of what failed
  --quick        two minutes: one reading of each of fewer cases
  --viewers, --rooms, --server   only cases with so many viewers, or rooms; only servers whose name contains the text. --rooms is
                 not for --capacity and --rounds, which have rooms of their own
  --pin          the server on one processor and its clients on another
  --capacity     nothing but how many viewers one processor carries without loss; goes with --pin by itself
  --general      more of Baton's configuration, such as 'batch_ms = 0;'
  --rounds       nothing but viewers by direct who join, watch and leave so many times, and what the server holds afterwards`;

const kReadingTimeoutMs = 120_000;
/** Besides, for each viewer: on a machine that is busy, joining takes its time. */
const kReadingTimeoutPerViewerMs = 150;
const kUnixSocketTimeoutMs = 10_000;
const kStartAttempts = 10;
const kRepository = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

function parseArguments(words) {
  const options = {};
  if (words.includes('--help')) return { help: true };
  for (let i = 0; i < words.length; ++i) {
    const name = words[i].replace(/^--/, '');
    if (['quick', 'resume', 'pin', 'capacity'].includes(name)) options[name] = true;
    else if (['build', 'readings', 'json', 'repetitions', 'viewers', 'rooms', 'server', 'rounds', 'general'].includes(name) && words[i + 1]) options[name] = words[++i];
    else throw new Error(`${words[i]}: what is that?\n${kUsage}`);
  }
  if (!options.build || !options.readings) throw new Error(kUsage);
  return options;
}

/** Of a server with Baton. A port that no TCP server has is seldom another's UDP port. */
async function configOf(server, address, more = '') {
  const direct = server.kind === 'direct' ? `direct_port = ${await freePort()}; direct_addresses = ["${address}"];` : '';
  return `general: { ${direct} ${more} }\n`;
}

/** Everything that one run needs and that is the same for all its readings. */
class Bench {
  #options;
  #address = machineAddress();
  #client;
  #floor;
  #plugin;
  #running = new Set();
  #failures = 0;

  constructor(options) {
    this.#options = options;
    const build = resolve(kRepository, options.build);
    this.#client = join(build, 'tests/bench/baton_bench_media_client');
    this.#floor = join(build, 'tests/bench/baton_bench_direct_floor');
    this.#plugin = join(build, 'plugin/libjanus_baton.so');
    if (!this.#address) throw new Error('This machine has no address but loopback, and Janus needs another.');
  }

  /** Whether the account that each viewer keeps of its packets sees every kind of fault. */
  checkClient() {
    return spawnSync(this.#client, ['--check'], { stdio: 'inherit' }).status === 0;
  }

  /**
   * Microseconds a packet of SRTP and sending alone, in as long as a server's reading takes: how fast a machine is may
   * change within seconds.
   */
  async measureFloor(one) {
    const text = await this.#run(this.#floor, [one.arrival === 'paced' ? 'pieces' : 'whole', String(one.seconds)]);
    return { cpu_us_per_packet: Number(text) };
  }

  /** One reading, or what went wrong. */
  measure(server, one, extra = []) {
    return this.withServer(server, (pid, load) => load(one, extra));
  }

  /**
   * Starts a server, and ends it afterwards. What came of its use, or {error}: what went wrong.
   * @param {(pid: number, load: (one: object, extra?: string[]) => Promise<any>) => Promise<any>} use
   * @param {Object<string,string>} [env]  added to the server's environment
   */
  async withServer(server, use, env = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'baton-bench-'));
    let gateway = null;
    try {
      gateway = await this.#startJanus(folder, server, env);
      if (this.#options.pin) this.#pin(gateway.pid, 0);
      const load = async (one, extra = []) => JSON.parse(await this.#run(this.#client, [
        ...['--server', server.kind, '--socket', gateway.unixSocket, '--pid', String(gateway.pid), '--ip', this.#address],
        ...['--rooms', String(one.rooms), '--viewers', String(one.viewers), '--arrival', one.arrival],
        ...['--reports', one.reports, '--seconds', String(one.seconds), ...extra],
      ], kReadingTimeoutMs + one.viewers * kReadingTimeoutPerViewerMs));
      const result = await use(gateway.pid, load);
      const exit = await gateway.stop();
      if (!endedWell(exit)) throw new Error(`Janus did not end well: ${describeExit(exit)}`);
      return result;
    } catch (error) {
      if (gateway) copyFileSync(gateway.logFile, `${this.#options.readings}.${(this.#failures += 1)}.log`);
      return { error: error.message.trim().split('\n').slice(0, 3).join(' ') };
    } finally {
      await gateway?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Ends what is running, for an interrupted run. Janus ends with this process. */
  abandon() {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  /** Janus 1.1.2 sometimes ends its Unix socket as soon as it has opened it (its thread may run before it is marked as begun). */
  async #startJanus(folder, server, env) {
    for (let attempt = 0; attempt < kStartAttempts; ++attempt) {
      const own = join(folder, String(attempt));
      const unixSocket = join(own, 'api');
      const gateway = await startGateway({
        folder: own,
        mediaAddress: this.#address,
        listenAddress: '127.0.0.1',
        port: await freePort(),
        unixSocket,
        sessionTimeout: 0,
        plugins: [server.kind === 'videoroom' ? stockPlugin('videoroom') : this.#plugin],
        eventLoops: server.eventLoops ? cpus().length : undefined,
        env,
        configs: server.kind === 'videoroom' ? {} : { 'janus.plugin.baton.jcfg': await configOf(server, this.#address, this.#options.general) },
      });
      const deadline = performance.now() + kUnixSocketTimeoutMs;
      while (performance.now() < deadline && !gateway.log().includes('Unix Sockets transport plugin initialized')) await sleep(20);
      await sleep(20);
      if (existsSync(unixSocket)) return Object.assign(gateway, { unixSocket });
      await gateway.stop();
    }
    throw new Error(`Janus did not open its Unix socket in ${kStartAttempts} attempts.`);
  }

  #pin(pid, processor) {
    spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(processor), String(pid)], { stdio: 'ignore' });
  }

  #run(program, words, timeoutMs = kReadingTimeoutMs) {
    return new Promise((fulfil, reject) => {
      const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
      this.#running.add(child);
      if (this.#options.pin) this.#pin(child.pid, 1);
      let output = '';
      let errors = '';
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      child.stdout.on('data', (data) => (output += data));
      child.stderr.on('data', (data) => (errors += data));
      child.once('error', reject);
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        this.#running.delete(child);
        if (code === 0) fulfil(output);
        else reject(new Error(errors || `It ended by ${signal ?? `code ${code}`}.`));
      });
    });
  }
}

/** A loss that is made on purpose has to be in the figures. */
async function plantLoss(bench) {
  const server = kServers.find(({ kind, eventLoops }) => kind === 'videoroom' && eventLoops);
  const every = 1000;
  const reading = await bench.measure(server, { viewers: 10, rooms: 1, arrival: 'burst', reports: 'yes', seconds: 3 }, [
    '--fault', 'drop', '--fault-every', String(every),
  ]);
  return { every, expected: reading.expected, lost: reading.lost, error: reading.error };
}

async function measureCapacities(bench, servers, file) {
  const found = [];
  for (const server of servers) {
    const tell = (what, reading) => console.log(`  ${what}: ${summary(reading)}`);
    found.push({ server: nameOf(server), ...(await findCapacity(bench, server, tell)) });
  }
  for (const { server, viewers, reading, endedBy } of found) {
    console.log(`${server}: ${viewers} viewers on one processor${reading ? ` (${summary(reading)})` : ''}; with more: ${endedBy}`);
  }
  if (file) writeFileSync(file, `${JSON.stringify(found, null, 1)}\n`);
  const failed = found.filter(({ viewers }) => viewers === 0).length;
  console.log(`${found.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function main() {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    console.log(kUsage);
    return;
  }
  const plan = options.quick ? kQuick : kFull;
  const repetitions = Number(options.repetitions ?? plan.repetitions);
  const isAsked = (asked, number) => !asked || number === Number(asked);
  const cases = plan.cases.filter(({ viewers, rooms }) => isAsked(options.viewers, viewers) && isAsked(options.rooms, rooms));
  const servers = kServers.filter((server) => !options.server || nameOf(server).includes(options.server));
  if (options.capacity) options.pin = true;
  const bench = new Bench(options);
  process.once('SIGINT', () => {
    bench.abandon();
    process.exit(130);
  });
  if (options.rounds) {
    const { passed, failed } = await measureRounds(bench, Number(options.rounds), Number(options.viewers ?? 1000));
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed > 0 ? 1 : 0;
    return;
  }
  if (!bench.checkClient()) throw new Error('The load client does not see the faults that it is to see.');

  if (options.capacity) {
    await measureCapacities(bench, servers, options.json);
    return;
  }
  if (cases.length === 0 || servers.length === 0) throw new Error('There is no such case.');
  const readings = new Readings(options.readings, options.resume);
  const withFloor = servers.some(({ kind }) => kind === 'direct');
  const total = repetitions * cases.length * (servers.length + (withFloor ? 1 : 0));
  const began = performance.now();
  let done = 0;
  const tell = (what, outcome) => {
    done += 1;
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(`  ${String(done).padStart(3)}/${total} ${String(seconds).padStart(4)} s  ${what}: ${outcome}`);
  };
  await readings.once('planted', 0, () => plantLoss(bench));
  for (let repetition = 0; repetition < repetitions; ++repetition) {
    for (const one of cases) {
      for (const server of servers) {
        const reading = await readings.once(`${nameOf(one)}; ${nameOf(server)}`, repetition, () => bench.measure(server, one));
        tell(`${nameOf(one)}; ${nameOf(server)}`, summary(reading));
      }
      if (!withFloor) continue;
      // Right after `direct`, which is the last of the servers. What a run that was taken up has is of different times.
      const floor = await readings.once(floorOf(one), repetition, () => bench.measureFloor(one));
      tell(floorOf(one), `${floor.cpu_us_per_packet} µs`);
    }
  }
  printTable(readings, cases, servers);
  if (options.json) writeJson(readings, cases, servers, options.json);
  const { passed, failed, skipped } = judge(readings, cases, servers);
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
