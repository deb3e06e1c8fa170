// The review page in a notebook's widget (anywidget): a frame of its own, and messages between it and Python.
function render({model, el}) {
  const frame = document.createElement("iframe"), view = String(Math.random());
  frame.setAttribute("sandbox", "allow-scripts allow-downloads");
  frame.title = "Review of labels";
  frame.style.cssText = "display: block; box-sizing: border-box; width: 100%; height: 52rem; border: 1px solid #8a8a8a";
  const down = (content, buffers) => {
    if (content.view !== view) return;
    if (content.page !== undefined) { frame.srcdoc = content.page; return; }
    const bytes = buffers[0];  // a DataView of a larger message: the frame gets its own bytes
    frame.contentWindow?.postMessage({...content, bytes: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)}, "*");
  };
  const up = event => { if (event.source === frame.contentWindow) model.send({view, message: event.data}); };
  model.on("msg:custom", down);
  window.addEventListener("message", up);
  el.append(frame);
  model.send({view, message: {ask: 0, name: "page"}});
  return () => { model.off("msg:custom", down); window.removeEventListener("message", up); };
}

export default {render};
