/** Opens files that are dropped on the page or chosen: each goes where its kind belongs, or a note says what is wrong with it. */
import { announce, byId, inputById, note } from "./elements.ts";
import { kindOfFile, MOST_FILE_BYTES, textOf, watchDrops } from "./files.ts";
import type { PanelId } from "./panels/panel.ts";
import type { Store } from "./state.ts";
import type { Client } from "./worker/client.ts";

export type OpenerHost = {
  readonly client: Client;
  readonly store: Store;
  readonly openScript: (name: string, text: string) => void;
  readonly choosePanel: (id: PanelId) => void;
};

export type Opener = {
  readonly open: (name: string, bytes: Uint8Array) => void;
  /** Asks for a file of these endings; "": of any. */
  readonly chooseFile: (accept: string) => void;
};

export function createOpener({ client, store, openScript, choosePanel }: OpenerHost): Opener {
  const open = (name: string, bytes: Uint8Array): void => {
    switch (kindOfFile(name, bytes)) {
      case "snapshot":
        void addKernel(name, bytes);
        break;
      case "object":
        store.change({ dropped: { kind: "object", name, bytes } });
        choosePanel("object");
        break;
      case "stream":
        store.change({ dropped: { kind: "stream", name, bytes } });
        choosePanel("output");
        break;
      case "events":
        store.change({ events: { kind: "given", name, text: textOf(bytes) ?? "" } });
        choosePanel("output");
        announce(`The script runs on the events of ${name}`);
        break;
      case "script":
        openScript(name, textOf(bytes) ?? "");
        break;
      case "unknown":
        note(
          `${name} is no script, kernel snapshot (.tls), eBPF object (.bpf.o), stream (.msgpack) or events file (.jsonl).`,
        );
    }
  };

  async function addKernel(name: string, bytes: Uint8Array): Promise<void> {
    const id = `dropped:${name}`;
    const outcome = await client.ask({ kind: "load-kernel", kernel: id, bytes }, { lane: `kernel ${id}` });
    if (!outcome.ok) {
      if (outcome.failure.kind !== "superseded")
        note(`${name} cannot be used as a kernel: ${outcome.failure.message}.`);
      return;
    }
    client.addKernel(id, bytes);
    const { info } = outcome.answer;
    const others = store.get().kernels.filter((kernel) => kernel.id !== id);
    const kernels = [...others, { id, label: `${info.release} (${name})` }];
    store.change({ kernels, kernelId: id, kernel: info, pending: true });
    announce(`Compiling for Linux ${info.release}`);
  }

  async function take(files: readonly File[]): Promise<void> {
    for (const file of files) {
      if (file.size > MOST_FILE_BYTES) {
        note(`${file.name} is too large for the playground: use the command line.`);
        continue;
      }
      open(file.name, new Uint8Array(await file.arrayBuffer()));
    }
  }

  const field = inputById("file");
  const chooseFile = (accept: string): void => {
    field.accept = accept;
    field.value = "";
    field.click();
  };
  field.addEventListener("change", () => void take([...(field.files ?? [])]));
  byId("open-file").addEventListener("click", () => chooseFile(""));
  watchDrops(
    (over) => {
      byId("drop").hidden = !over;
    },
    (files) => void take(files),
  );
  return { open, chooseFile };
}
