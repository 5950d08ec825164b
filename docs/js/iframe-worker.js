// Pages that are read from a folder (file:) may start no worker, which the search needs: it then runs in a frame
// that nobody sees.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.onload = () => this.begin(url);
      document.body.append(this.frame);
    }
    begin(url) {
      const inside = this.frame.contentWindow;
      inside.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }));
      const script = inside.document.createElement("script");
      script.onload = () => {
        this.postMessage = data => inside.dispatchEvent(new inside.MessageEvent("message", { data }));
        this.waiting.forEach(data => this.postMessage(data));
      };
      script.src = url;
      inside.document.body.append(script);
    }
    postMessage(data) {
      this.waiting.push(data);
    }
    terminate() {
      this.frame.remove();
    }
  };
}
