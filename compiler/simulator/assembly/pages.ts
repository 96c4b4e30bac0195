/**
 * Sparse pages: what the simulated kernel and process hold where an event says so. An open-addressing table from page
 * numbers to places in the pool at the memory's end.
 *
 * Pages go away in the reverse order of their coming, so that the table needs no marks for what was deleted.
 */
import { AREA_PAGE_ORDER, AREA_PAGE_TABLE, PAGE_LIMIT, PAGE_SLOTS } from "./layout.gen";

const PAGE: u32 = 4096;
const SLOT: usize = 16;

let pool: usize = 0;
let used: u32 = 0;
let kept: u32 = 0;
/** The page asked for last, plus one. */
let lastPage: u64 = 0;
let lastAt: usize = 0;

export function setPool(address: usize): void {
  pool = address;
}

function firstSlot(page: u64): u32 {
  return <u32>((page * 0x9e3779b97f4a7c15) >> 40) & (PAGE_SLOTS - 1);
}

/** Place of the page that an address is in; 0: there is none. */
export function pageAt(address: u64): usize {
  const page = (address >> 12) + 1;
  if (page == lastPage) return lastAt;
  let slot = firstSlot(page);
  while (true) {
    const entry = AREA_PAGE_TABLE + slot * SLOT;
    const key = load<u64>(entry);
    if (key == page) {
      lastPage = page;
      lastAt = load<u32>(entry, 8);
      return lastAt;
    }
    if (key == 0) return 0;
    slot = (slot + 1) & (PAGE_SLOTS - 1);
  }
}

/** The same; a page that is missing comes into being, all zeros. 0: there are too many. */
export function makePage(address: u64): usize {
  const found = pageAt(address);
  if (found != 0) return found;
  if (used == PAGE_LIMIT) return 0;
  const page = (address >> 12) + 1;
  let slot = firstSlot(page);
  while (load<u64>(AREA_PAGE_TABLE + slot * SLOT) != 0) slot = (slot + 1) & (PAGE_SLOTS - 1);
  const place = pool + <usize>used * PAGE;
  memory.fill(place, 0, PAGE);
  store<u64>(AREA_PAGE_TABLE + slot * SLOT, page);
  store<u32>(AREA_PAGE_TABLE + slot * SLOT, <u32>place, 8);
  store<u32>(AREA_PAGE_ORDER + <usize>used * 4, slot);
  used++;
  lastPage = page;
  lastAt = place;
  return place;
}

export function keepPages(): void {
  kept = used;
}

export function clearPages(): void {
  while (used > kept) {
    used--;
    store<u64>(AREA_PAGE_TABLE + <usize>load<u32>(AREA_PAGE_ORDER + <usize>used * 4) * SLOT, 0);
  }
  lastPage = 0;
}
