// The engine: text in, text out, in this page and nowhere else.

/** Bytes from base64; browsers before 2025 cannot do it by themselves. */
function unpacked(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let at = 0; at < packed.length; at += 1) bytes[at] = packed.charCodeAt(at);
  return bytes;
}

const engine = {
  /** Unpacks and starts the module. */
  async start() {
    const module = new Blob([unpacked(byId("engine").textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
    const headers = { "content-type": "application/wasm" };
    const { instance } = await WebAssembly.instantiateStreaming(new Response(module, { headers }));
    this.exports = instance.exports;
  },

  /** The reply to a request; what cannot be done comes back as `problems`. */
  call(request) {
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    const at = this.exports.request(bytes.length);
    if (at === 0) return { problems: [{ code: "G0007", message: "the request is too large", help: "", line: 0, column: 0 }] };
    new Uint8Array(this.exports.memory.buffer, at, bytes.length).set(bytes);
    const length = this.exports.answer();
    const reply = new Uint8Array(this.exports.memory.buffer, this.exports.reply(), length);
    return JSON.parse(new TextDecoder().decode(reply));
  },
};
