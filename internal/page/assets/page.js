// The script of the page of a run: it lets in who has a code, follows the run, and puts the answers
// of forms in their places. Everything that it shows was written by a template of the server.
'use strict';

const byID = (id) => document.getElementById(id);

// enter exchanges the code in the URL's fragment for the cookie. The fragment goes from the
// history, too.
async function enter(path) {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, '', location.pathname);
  const answer = await fetch(path, { method: 'POST', body: code, headers: { 'Content-Type': 'text/plain' } });
  if (answer.ok) {
    location.reload();
    return;
  }
  byID('door').textContent = 'This URL has been used, or is of another run. It opens the page once.';
}

// Nothing is replaced under a finger: a click on what has gone would be lost.
let pressed = false;
const waiting = new Map();
for (const type of ['pointerdown', 'keydown']) {
  document.addEventListener(type, () => { pressed = true; }, true);
}
for (const type of ['pointerup', 'pointercancel', 'keyup', 'blur']) {
  window.addEventListener(type, () => setTimeout(() => {
    pressed = false;
    for (const [part, html] of waiting) replace(byID(part), html);
    waiting.clear();
  }), true);
}

function update(part, html) {
  if (!byID(part)) return;
  if (pressed) waiting.set(part, html);
  else replace(byID(part), html);
}

// replace puts new content into an element, and leaves open what is open, focused what is focused,
// and kept what a person asked for.
const shown = new Map();
function replace(element, html) {
  if (shown.get(element) === html) return;
  shown.set(element, html);
  const focused = element.contains(document.activeElement) ? document.activeElement.id : '';
  const open = new Map([...element.querySelectorAll('details[id]')].map((d) => [d.id, d.open]));
  const kept = new Map([...element.querySelectorAll('[data-keep]')].filter((k) => k.firstChild).map((k) => [k.id, k]));
  const scrolled = [...element.querySelectorAll('.scroll')].map((s) => [s.scrollLeft, s.scrollTop]);
  element.innerHTML = html;
  for (const details of element.querySelectorAll('details[id]')) {
    if (open.has(details.id)) details.open = open.get(details.id);
  }
  for (const [id, old] of kept) {
    const place = byID(id);
    if (place) place.replaceWith(old);
  }
  [...element.querySelectorAll('.scroll')].forEach((s, i) => {
    if (scrolled[i]) [s.scrollLeft, s.scrollTop] = scrolled[i];
  });
  if (focused && byID(focused)) byID(focused).focus({ preventScroll: true });
}

// follow keeps up with the run while the page can be seen.
function follow(path) {
  let source = null;
  const show = (state, text) => {
    byID('connection').dataset.state = state;
    byID('connection').textContent = text;
  };
  const end = (text) => {
    if (source) source.close();
    source = null;
    ended = true;
    show('ended', 'ended');
    byID('ended').textContent = text;
    byID('ended').hidden = false;
    document.body.classList.add('over');
    pressed = false;
    for (const button of document.querySelectorAll('form button')) button.disabled = true;
  };
  let ended = false;
  const open = () => {
    if (source || ended) return;
    source = new EventSource(path);
    source.onopen = () => show('live', 'live');
    source.onerror = () => {
      if (ended) return;
      if (source && source.readyState === EventSource.CLOSED) {
        end('This run can’t be reached any more. Another one prints a URL of its own.');
      } else {
        show('lost', 'connection lost, trying again');
      }
    };
    source.addEventListener('part', (e) => {
      const { part, html } = JSON.parse(e.data);
      update(part, html);
    });
    source.addEventListener('rows', (e) => {
      const { html, most } = JSON.parse(e.data);
      const list = byID('requests');
      list.insertAdjacentHTML('afterbegin', html);
      shown.delete(list);
      while (list.children.length > most) list.lastElementChild.remove();
    });
    source.addEventListener('say', (e) => {
      byID('live').textContent = JSON.parse(e.data).text;
    });
    source.addEventListener('ended', () => end('The run has ended. What you see is how it was.'));
  };
  open();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && source) {
      source.close();
      source = null;
      show('paused', 'paused');
    } else if (!document.hidden) {
      open();
    }
  });
}

// submit sends a form and puts the answer where the form says.
async function submit(form) {
  const place = byID(form.dataset.into);
  const button = form.querySelector('button');
  button.setAttribute('aria-busy', 'true');
  let html;
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    if (answer.status === 401) {
      location.reload();
      return;
    }
    html = await answer.text();
  } catch {
    html = '<p class="problem">The run does not answer.</p>';
  } finally {
    button.removeAttribute('aria-busy');
  }
  if (place) place.innerHTML = html;
}

document.addEventListener('submit', (e) => {
  if (!e.target.dataset.into) return;
  e.preventDefault();
  submit(e.target);
});

document.addEventListener('click', (e) => {
  if (e.target.matches('[data-clear]')) e.target.closest('.into').replaceChildren();
});

// left is the time until a moment in words, like the server's.
function left(until) {
  const seconds = Math.max(0, Math.floor((until - Date.now()) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h ${Math.floor(seconds / 60) % 60}m`;
}

setInterval(() => {
  for (const time of document.querySelectorAll('time[data-until]')) {
    const until = new Date(time.dataset.until);
    time.textContent = left(until);
    if (until <= Date.now()) time.classList.add('refused');
  }
}, 1000);

if (document.body.dataset.enter) {
  enter(document.body.dataset.enter);
  window.addEventListener('hashchange', () => enter(document.body.dataset.enter));
}
if (document.body.dataset.follow) {
  if (location.hash.length > 40) history.replaceState(null, '', location.pathname); // a code that is not needed
  follow(document.body.dataset.follow);
}
