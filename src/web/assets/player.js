// The player: one or two recordings of a conversation heard as one, with a waveform each.

const format = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export class Player extends EventTarget {
  constructor(root) {
    super();
    this.root = root;
    this.tracks = [...root.querySelectorAll(".track")].map((figure) => ({
      audio: figure.querySelector("audio"),
      canvas: figure.querySelector("canvas"),
      start: Number(figure.dataset.start) / 1000,
      length: Number(figure.dataset.duration) / 1000,
      voices: figure.dataset.voices,
      peaksAt: figure.dataset.peaks,
      peaks: null,
    }));
    this.duration = Math.max(Number(root.dataset.duration) / 1000, ...this.tracks.map((t) => t.start + t.length));
    // The track that ends last is the clock; the others follow it.
    this.clock = this.tracks.reduce((a, b) => (b.start + b.length > a.start + a.length ? b : a));
    this.speed = 1;
    this.skipSilence = false;
    this.silences = [];
    this.time = root.querySelector(".time");
    for (const track of this.tracks) {
      track.audio.controls = false;
      track.audio.preservesPitch = true;
      track.canvas.addEventListener("pointerdown", (event) => this.pointer(event, track));
    }
    root.querySelector(".controls").hidden = false;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (!button) return;
      const what = button.dataset.do;
      if (what === "play") this.toggle();
      if (what === "back") this.move(-10);
      if (what === "ahead") this.move(10);
    });
    this.speedBox = root.querySelector("[data-do=speed]");
    this.speedBox.addEventListener("change", () => this.setSpeed(Number(this.speedBox.value)));
    this.silenceBox = root.querySelector("[data-do=silence]");
    this.silenceBox.addEventListener("change", () => (this.skipSilence = this.silenceBox.checked));
    this.clock.audio.addEventListener("timeupdate", () => this.tick());
    for (const name of ["play", "pause", "ended"]) this.clock.audio.addEventListener(name, () => this.shown());
    new ResizeObserver(() => this.draw()).observe(root);
    this.span = null;
    this.load();
    this.tick();
  }

  get now() {
    return this.clock.start + this.clock.audio.currentTime;
  }

  get playing() {
    return !this.clock.audio.paused;
  }

  async load() {
    for (const track of this.tracks) {
      const response = await fetch(track.peaksAt);
      if (response.ok) track.peaks = (await response.json()).channels;
    }
    this.findSilences();
    this.draw();
  }

  /** Stretches of more than 1.5 s in which nobody is heard. */
  findSilences() {
    const step = 0.05;
    const quiet = [];
    for (let t = 0; t < this.duration; t += step) {
      const loud = this.tracks.some((track) => {
        const at = (t - track.start) / track.length;
        if (!track.peaks || at < 0 || at >= 1) return !track.peaks;
        return track.peaks.some((channel) => channel[Math.floor(at * channel.length)] > 6);
      });
      const last = quiet[quiet.length - 1];
      if (!loud && last && t - last[1] < step * 1.5) last[1] = t;
      else if (!loud) quiet.push([t, t]);
    }
    this.silences = quiet.filter(([from, to]) => to - from > 1.5);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    this.align();
    for (const track of this.tracks) this.runTrack(track);
  }

  runTrack(track) {
    const at = this.now - track.start;
    if (at >= 0 && at < track.length - 0.05) track.audio.play().catch(() => {});
  }

  pause() {
    for (const track of this.tracks) track.audio.pause();
  }

  seek(seconds, andPlay = this.playing) {
    const at = Math.min(Math.max(seconds, 0), Math.max(this.duration - 0.05, 0));
    for (const track of this.tracks) track.audio.currentTime = Math.min(Math.max(at - track.start, 0), track.length);
    if (andPlay) this.play();
    this.tick();
  }

  move(by) {
    this.seek(this.now + by);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.speedBox.value = String(speed);
    for (const track of this.tracks) track.audio.playbackRate = speed;
  }

  stepSpeed(by) {
    const all = [...this.speedBox.options].map((option) => Number(option.value));
    const at = all.indexOf(this.speed) + by;
    if (all[at]) this.setSpeed(all[at]);
  }

  toggleSilence() {
    this.silenceBox.checked = this.skipSilence = !this.skipSilence;
  }

  /** Keeps the other tracks within a tenth of a second of the clock. */
  align() {
    for (const track of this.tracks) {
      if (track === this.clock) continue;
      const wanted = this.now - track.start;
      if (wanted >= 0 && wanted < track.length && Math.abs(track.audio.currentTime - wanted) > 0.1) track.audio.currentTime = wanted;
      if (this.playing && track.audio.paused) this.runTrack(track);
    }
  }

  tick() {
    if (this.playing) {
      const silence = this.skipSilence && this.silences.find(([from, to]) => this.now > from + 0.3 && this.now < to - 0.4);
      if (silence) {
        this.seek(silence[1] - 0.2, true);
        return;
      }
      this.align();
    }
    this.time.value = `${format(this.now)} / ${format(this.duration)}`;
    this.draw();
    this.dispatchEvent(new CustomEvent("time", { detail: this.now }));
  }

  shown() {
    const button = this.root.querySelector("[data-do=play]");
    button.querySelector("[data-icon]").textContent = this.playing ? "❚❚" : "▶";
    const word = button.querySelector("[data-word]");
    word.textContent = this.playing ? word.dataset.pause : word.dataset.play;
    this.tick();
  }

  pointer(event, track) {
    const at = (x) => {
      const box = track.canvas.getBoundingClientRect();
      return Math.min(Math.max((x - box.left) / box.width, 0), 1) * this.duration;
    };
    const from = at(event.clientX);
    let to = from;
    track.canvas.setPointerCapture(event.pointerId);
    const moved = (e) => {
      to = at(e.clientX);
      this.span = Math.abs(to - from) > 0.4 ? [Math.min(from, to), Math.max(from, to)] : null;
      this.draw();
    };
    const up = () => {
      track.canvas.removeEventListener("pointermove", moved);
      if (!this.span) this.seek(from);
    };
    track.canvas.addEventListener("pointermove", moved);
    track.canvas.addEventListener("pointerup", up, { once: true });
  }

  draw() {
    const css = getComputedStyle(this.root);
    // The loudest moment fills the height, so that a quiet line can be read too.
    const loudest = this.tracks.flatMap((track) => track.peaks ?? []).reduce((most, channel) => channel.reduce((a, b) => Math.max(a, b), most), 64);
    const ink = { agent: css.getPropertyValue("--agent"), customer: css.getPropertyValue("--customer"), line: css.getPropertyValue("--ink") };
    for (const track of this.tracks) {
      const canvas = track.canvas;
      const scale = devicePixelRatio;
      const width = canvas.clientWidth;
      const height = canvas.clientHeight;
      if (!width) continue;
      canvas.width = width * scale;
      canvas.height = height * scale;
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      const x = (seconds) => (seconds / this.duration) * width;
      if (this.span) {
        pen.globalAlpha = 0.25;
        pen.fillStyle = css.getPropertyValue("--accent");
        pen.fillRect(x(this.span[0]), 0, x(this.span[1]) - x(this.span[0]), height);
        pen.globalAlpha = 1;
      }
      const channels = track.peaks ?? [];
      channels.forEach((channel, n) => {
        const half = height / channels.length / 2;
        const middle = half * (2 * n + 1);
        const voice = track.voices.split("/")[n] ?? track.voices;
        pen.fillStyle = ink[voice] || ink.line;
        const step = x(track.length) / channel.length;
        for (let i = 0; i < channel.length; i += 1) {
          const tall = Math.max((channel[i] / loudest) * half, 0.5);
          pen.fillRect(x(track.start) + i * step, middle - tall, Math.max(step, 0.6), tall * 2);
        }
      });
      pen.fillStyle = ink.line;
      pen.fillRect(x(this.now), 0, 1.5, height);
    }
  }
}

/** Seconds as they stand in evidence. */
export const clockText = format;
