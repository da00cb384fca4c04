/* Small helps only: every page works without this file. */
(function () {
    "use strict";
    var html = document.documentElement;
    html.classList.add("js");

    function each(selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); }

    /* Faults: the summary gets the focus; its links lead to the control, with its label in sight. */
    each("[data-focus]", function (box) { box.focus(); });
    each(".error-summary a", function (link) {
        link.addEventListener("click", function (event) {
            var control = document.getElementById(link.hash.slice(1));
            if (!control) { return; }
            event.preventDefault();
            (control.closest(".form-group") || control).scrollIntoView();
            control.focus({ preventScroll: true });
        });
    });

    /* On a telephone, tables whose figures a chart shows are folded. */
    if (window.matchMedia("(max-width: 47.99em)").matches) { each("details[data-fold]", function (box) { box.open = false; }); }

    /* Paper shows what is folded on the screen. */
    var unfolded = [];
    window.addEventListener("beforeprint", function () {
        each("main details:not([open])", function (box) { box.open = true; unfolded.push(box); });
    });
    window.addEventListener("afterprint", function () { unfolded.splice(0).forEach(function (box) { box.open = false; }); });

    /* A second press of a submit button sends nothing. */
    each("form[method=post]", function (form) {
        form.addEventListener("submit", function (event) {
            if (form.dataset.sent) { event.preventDefault(); return; }
            form.dataset.sent = "yes";
            setTimeout(function () { delete form.dataset.sent; }, 8000);
        });
    });
    window.addEventListener("pageshow", function () { each("form[data-sent]", function (form) { delete form.dataset.sent; }); });

    /* How many letters are left: <textarea data-counter maxlength=...> or data-counter="500". */
    each("textarea[data-counter]", function (area) {
        var most = Number(area.dataset.counter) || area.maxLength;
        var line = document.createElement("p");
        line.className = "counter";
        line.setAttribute("aria-live", "polite");
        area.insertAdjacentElement("afterend", line);
        function show() {
            var left = most - area.value.length;
            line.classList.toggle("over", left < 0);
            line.textContent = left < 0 ? -left + "자가 넘쳤습니다." : left + "자를 더 적으실 수 있습니다.";
        }
        area.addEventListener("input", show);
        show();
    });

    /* Lists: one box chooses all rows, and the bar says how many. */
    each("[data-select-all]", function (all) {
        var boxes = document.getElementsByName(all.dataset.selectAll);
        var count = document.querySelector("[data-selected-count]");
        function show() {
            var chosen = Array.prototype.filter.call(boxes, function (box) { return box.checked; }).length;
            if (count) { count.textContent = chosen; }
            all.checked = chosen > 0 && chosen === boxes.length;
            all.indeterminate = chosen > 0 && chosen < boxes.length;
        }
        all.addEventListener("change", function () {
            Array.prototype.forEach.call(boxes, function (box) { box.checked = all.checked; });
            show();
        });
        Array.prototype.forEach.call(boxes, function (box) { box.addEventListener("change", show); });
        show();
    });

    /* A line that may change while somebody waits: asked for every five seconds for three minutes, changed only when it differs. */
    each("[data-ask]", function (box) {
        var left = 36;
        var asking = setInterval(function () {
            left -= 1;
            if (left < 0) { clearInterval(asking); return; }
            fetch(box.dataset.ask).then(function (answer) {
                if (!answer.ok) { left = 0; return ""; }
                return answer.text();
            }).then(function (line) {
                var fresh = document.createElement("div");
                fresh.innerHTML = line;
                if (line && fresh.textContent.trim() !== box.textContent.trim()) { box.innerHTML = line; }
            }).catch(function () {});
        }, 5000);
    });

    each("[data-back]", function (link) {
        link.addEventListener("click", function (event) {
            if (history.length > 1) { event.preventDefault(); history.back(); }
        });
    });
    each("[data-print]", function (button) {
        button.hidden = false;
        button.addEventListener("click", function () { window.print(); });
    });
    each("[data-copy]", function (button) {
        if (!navigator.clipboard) { return; }
        button.hidden = false;
        button.addEventListener("click", function () {
            navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim()).then(function () {
                button.textContent = button.dataset.copied;
            });
        });
    });
    each("select[data-auto-submit]", function (select) {
        select.addEventListener("change", function () { select.form.requestSubmit(); });
    });
    document.addEventListener("keydown", function (event) {
        var open = document.querySelector(".menu-phone[open]");
        if (event.key !== "Escape" || !open) { return; }
        open.open = false;
        open.querySelector("summary").focus();
    });

    /* 소리로 듣기: one sentence at a time, because long texts stop after 15 seconds in some browsers. */
    var speech = window.speechSynthesis;
    var digits = "공일이삼사오육칠팔구";
    function spoken(text) {
        return text.replace(/\d{2,4}-\d{3,4}-\d{4}|\d{3}-\d{3}/g, function (number) {
            return number.replace(/\d/g, function (digit) { return digits[digit]; }).replace(/-/g, " ");
        }).replace(/m²/g, "제곱미터").replace(/kWh/g, "킬로와트시").replace(/kW/g, "킬로와트").replace(/MB/g, "메가바이트")
            .replace(/~/g, "부터 ").replace(/·/g, ", ");
    }
    each("[data-read-aloud]", function (button) {
        var words = button.querySelector("span");
        var start = words.textContent;
        if (!speech || !window.SpeechSynthesisUtterance) { return; }
        button.hidden = false;
        function stop() { speech.cancel(); words.textContent = start; }
        button.addEventListener("click", function () {
            if (words.textContent !== start) { stop(); return; }
            var parts = spoken(document.getElementById("content").innerText).split(/\n+|(?<=[.?])\s/).filter(Boolean);
            words.textContent = button.dataset.readAloud;
            parts.forEach(function (part, place) {
                var voice = new SpeechSynthesisUtterance(part);
                voice.lang = "ko-KR";
                voice.rate = 0.9;
                if (place === parts.length - 1) { voice.onend = stop; }
                speech.speak(voice);
            });
        });
        window.addEventListener("pagehide", stop);
    });
})();
