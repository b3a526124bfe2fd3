// The console's behaviour in the browser. Every flow works without it; it opens dialogs, guards
// the value that is shown once, and tells what the server could not.
(() => {
	"use strict";
	const root = document.documentElement;
	const $ = (selector, within = document) => within.querySelector(selector);
	const $$ = (selector, within = document) => within.querySelectorAll(selector);
	const on = (event, listen, capture) => document.addEventListener(event, listen, capture);
	const isDialog = (element) => element?.id === "dialog-host";
	const host = () => $("#dialog-host");

	root.dataset.js = "";

	// A second Back before htmx listens changes the address and not the page.
	const [{ name }] = performance.getEntriesByType("navigation");
	if (history.state?.htmx && new URL(name).search !== location.search) location.reload();

	// Dialogs. The opener gets the focus back; for a link in a menu that is the menu's button.
	let opener = null;

	const openerOf = (link) => {
		const menu = link?.closest("[popover]");
		menu?.hidePopover?.();
		return menu ? $(`[popovertarget="${menu.id}"]`) : link;
	};

	const open = () => {
		prepare(host());
		if (!host().open) host().showModal();
		openedAt = performance.now();
	};

	const focusOn = (element) => {
		if (element.tabIndex < 0) element.tabIndex = -1;
		element.focus();
	};

	const focusBack = () => {
		const again = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
		focusOn(again || $("#list-title") || $("h1"));
	};

	on("click", (event) => {
		const link = event.target.closest("[hx-target='#dialog-host']");
		if (link && !isDialog(link.closest("dialog"))) opener = openerOf(link);
	}, true);

	on("dialog:close", () => host()?.close());

	on("close", (event) => {
		if (!isDialog(event.target)) return;
		wipe(event.target);
		event.target.replaceChildren();
		focusBack();
	}, true);

	on("click", (event) => {
		const close = event.target.closest("[data-close]");
		if (!close || !isDialog(close.closest("dialog"))) return;
		event.preventDefault();
		leave();
	});

	// The value that is shown once.
	let openedAt = 0;
	let copied = false;

	const secret = () => $("[data-secret]");

	const wipe = (within) => $$("[data-secret]", within).forEach((field) => {
		field.value = "";
		field.remove();
	});

	// leave closes the dialog, unless it shows a value that was not copied: then it asks first.
	const leave = () => {
		const guard = $("[data-guard]", host());
		if (!guard || copied) return host().close();
		if (performance.now() - openedAt < 400) return;
		guard.hidden = false;
		$("[data-keep]", guard).focus();
	};

	on("keydown", (event) => {
		if (event.key !== "Escape" || !host()?.open) return;
		event.preventDefault();
		leave();
	});

	on("cancel", (event) => {
		if (!isDialog(event.target)) return;
		event.preventDefault();
		leave();
	}, true);

	on("click", (event) => {
		if (event.target.closest("[data-discard]")) host().close();
		if (event.target.closest("[data-keep]")) {
			$("[data-guard]").hidden = true;
			$("[data-copy='#f-secret']").focus();
		}
	});

	on("copy", (event) => {
		if (event.target === secret()) copied = true;
	});

	addEventListener("pagehide", () => wipe(document));

	// Copying. The word Copied appears only when the browser has said so.
	on("click", async (event) => {
		const button = event.target.closest("[data-copy]");
		if (!button) return;
		const source = $(button.dataset.copy);
		const result = $("[data-copy-result]", button.parentElement);
		try {
			await navigator.clipboard.writeText(source.value ?? source.textContent);
			if (source === secret()) copied = true;
			button.textContent = "Copied";
			if (result) result.textContent = button.dataset.copyStatus;
		} catch {
			if (source.select) source.select();
			else getSelection().selectAllChildren(source);
			if (result) result.textContent = button.dataset.copyFailure;
		}
	});

	// Only what says it is a fragment for this place is swapped: never a proxy's page, and never
	// the page behind a redirect.
	on("htmx:before:swap", (event) => {
		const { response, target, swap } = event.detail.ctx;
		if (swap === "none" && response.status >= 500) return event.preventDefault();
		const kind = response.headers.get("Dagpass-Fragment");
		const fits = kind && (swap === "none" || kind === (isDialog(target) ? "dialog" : "part"));
		if (fits || response.status === 204) return;
		event.preventDefault();
		if (response.status < 500) problem("server", response);
	});

	on("htmx:after:swap", (event) => {
		const { target, swap } = event.detail.ctx;
		if (isDialog(target) && swap !== "none") {
			copied = false;
			open();
		} else {
			prepare(document);
		}
	});

	// Messages.
	const alerts = () => (host()?.open && $("[data-alerts]", host())) || $("#alerts");

	const show = (id) => {
		const text = $(id).content.cloneNode(true).firstElementChild;
		alerts().replaceChildren(text);
		text.scrollIntoView({ block: "nearest" });
		return text;
	};

	const problem = (name, response) => {
		const text = show("#problem-" + name);
		const id = response?.headers.get("X-Request-Id");
		const place = $("[data-request]", text);
		if (id && place) {
			place.hidden = false;
			$("code", place).textContent = id;
		}
	};

	on("htmx:response:error", (event) => {
		const { response } = event.detail.ctx;
		if (response.status >= 500) problem("server", response);
	});

	on("htmx:error", (event) => {
		const request = event.detail.ctx?.request;
		if (request) problem(request.signal.reason === "timeout" ? "timeout" : "offline");
	});

	// Requests.
	let pending = 0;

	on("htmx:config:request", (event) => {
		const { method, body } = event.detail.ctx.request;
		if (method !== "GET") return;
		for (const [name, value] of [...body]) if (value === "" && name !== "find") body.delete(name);
	});

	on("htmx:before:request", (event) => {
		pending++;
		root.dataset.busy = "";
		const button = event.detail.ctx.request.submitter ?? event.target;
		button.dataset.pressed = "";
		startIdle();
	});

	on("htmx:finally:request", (event) => {
		if (--pending <= 0) delete root.dataset.busy;
		const button = event.detail.ctx.request.submitter ?? event.target;
		delete button.dataset?.pressed;
	});

	// Menus: the first entry takes the focus, arrow keys move it.
	on("toggle", (event) => {
		if (event.newState === "open") $(".menu-item", event.target)?.focus();
	}, true);

	on("keydown", (event) => {
		const menu = event.target.closest?.(".menu");
		const move = { ArrowDown: 1, ArrowUp: -1, Home: 9, End: 9 }[event.key];
		if (!menu || !move) return;
		event.preventDefault();
		const items = [...$$(".menu-item", menu)];
		const at = items.indexOf(document.activeElement);
		items.at(({ Home: 0, End: -1 })[event.key] ?? (at + move) % items.length).focus();
	});

	// Forms: what a role can do, when a token will expire.
	const showRole = (select) => {
		const option = select.selectedOptions[0];
		const text = $("[data-role-text]", select.closest(".field"));
		if (text) text.textContent = option?.dataset.text ?? "";
		const warning = $("[data-owner-warning]", select.form);
		if (warning) warning.hidden = !/_OWNER$/.test(select.value);
	};

	const showExpiry = (field) => {
		const days = field.value.trim();
		$$("[data-preset]", field.form).forEach((chip) => chip.ariaPressed = chip.dataset.preset === days);
		const text = $("[data-days-text]", field.form);
		const valid = /^[1-9]\d{0,3}$/.test(days) && days <= 3650;
		const end = new Date(Date.parse(field.dataset.now) + days * 864e5);
		const format = { timeZone: "UTC", dateStyle: "medium" };
		text.textContent = valid ? `Expires ${end.toLocaleDateString("en-US", format)}.` : days === "" ? "It never expires." : "";
	};

	on("input", (event) => {
		if (event.target.matches("[data-days]")) showExpiry(event.target);
		if (event.target.matches("[data-role]")) showRole(event.target);
	});

	on("click", (event) => {
		const chip = event.target.closest("[data-preset]");
		if (chip) {
			const field = $("[data-days]", chip.form);
			field.value = chip.dataset.preset;
			showExpiry(field);
		}
		const eye = event.target.closest("[data-show]");
		if (eye) {
			const field = $(eye.dataset.show);
			const shown = field.type === "password";
			field.type = shown ? "text" : "password";
			eye.ariaPressed = shown;
		}
		const dismiss = event.target.closest("[data-dismiss]");
		if (dismiss) {
			dismiss.closest(".notice").remove();
			focusOn($("[data-dismiss]") ?? $("h1"));
		}
	});

	// Times on the reader's own clock.
	const localTime = (time) => {
		if ("local" in time.dataset && !time.dataset.local) {
			time.dataset.local = "done";
			const at = new Date(time.dateTime);
			if (at.getTimezoneOffset() === 0) return;
			time.title += ` · ${at.toLocaleString()}`;
			time.append(` · ${at.toLocaleTimeString([], { timeStyle: "short" })} your time`);
		}
	};

	const prepare = (within) => {
		$$("[data-role]", within).forEach(showRole);
		$$("[data-days]", within).forEach(showExpiry);
		$$("time", within).forEach(localTime);
	};

	// A one-time code comes in the fragment, where no server and no log sees it.
	const takeCode = () => {
		const field = $("[data-code]");
		const code = location.hash.slice(1);
		if (!field || !code) return;
		history.replaceState(null, "", location.pathname + location.search);
		const more = field.closest("[data-if-code]");
		if (more) {
			more.open = true;
			$("[data-unless-code]").hidden = true;
		}
		field.value = code;
		(more ? $("button", more) : field).focus();
	};

	// The end of a session is announced two minutes ahead.
	let idle = 0;

	const startIdle = () => {
		const seconds = $("meta[name='dagpass-idle']")?.content;
		if (!seconds || !$("#session-warning")) return;
		clearTimeout(idle);
		idle = setTimeout(() => show("#session-warning"), Math.max(seconds - 120, 1) * 1000);
	};

	on("click", async (event) => {
		const button = event.target.closest("[data-extend]");
		if (!button) return;
		try {
			const answer = await fetch(button.dataset.extend, { method: "POST", body: new URLSearchParams(), redirect: "error" });
			if (!answer.ok) throw answer;
			button.closest(".alert").remove();
			startIdle();
		} catch {
			problem("offline");
		}
	});

	prepare(document);
	takeCode();
	startIdle();
})();
