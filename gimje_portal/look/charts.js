/* Draws the figures that stand in the table beside each canvas; arrow keys walk from value to value. The drawing library
   is a third of the page's weight: it is fetched when the first canvas comes near, and each canvas is drawn then. */
(function () {
    "use strict";
    var library = document.currentScript.dataset.library;
    var canvases = Array.prototype.slice.call(document.querySelectorAll("canvas[data-chart]"));
    var waiting = [];
    var style = getComputedStyle(document.documentElement);
    function colour(name) { return style.getPropertyValue(name).trim(); }
    function number(value) { return value === null ? "–" : Number(value).toLocaleString("ko-KR"); }

    function ready() {
        Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
        Chart.defaults.font.size = Math.max(16, Math.round(parseFloat(style.fontSize) * 0.85));
        Chart.defaults.color = colour("--text");
        Chart.defaults.borderColor = colour("--line");
        Chart.defaults.animation = false;
        waiting.splice(0).forEach(draw);
    }

    function want(canvas) {
        if (canvas.dataset.chart) { return; }
        canvas.dataset.chart = "wanted";
        if (window.Chart) { draw(canvas); return; }
        if (!waiting.length) {
            var script = document.createElement("script");
            script.src = library;
            script.onload = ready;
            document.head.append(script);
        }
        waiting.push(canvas);
    }

    function draw(canvas) {
        canvas.dataset.chart = "drawn";
        var data = JSON.parse(document.getElementById(canvas.id + "-data").textContent);
        var live = document.getElementById(canvas.id + "-live");
        var narrow = canvas.parentElement.clientWidth < 520;
        var flat = narrow && data.kind === "bar" && data.labels.length > 6 && data.labels.length < 15;
        var dashes = [[], [8, 5], [2, 4], [10, 4, 2, 4]];
        function lines(label) { return label.length > 9 && label.includes(" ") ? label.replace(/(.{1,9})(?: |$)/g, "$1\n").trim().split("\n") : label; }
        function words(one, place) {
            var note = one.notes && one.notes[place];
            return one.label + " " + number(one.values[place]) + (data.unit || "") + (note ? ", " + note : "");
        }
        var chart = new Chart(canvas, {
            type: data.kind === "line" ? "line" : "bar",
            data: {
                labels: data.labels.map(lines),
                datasets: data.series.map(function (one, place) {
                    var tone = colour("--chart-" + (place % 4 + 1));
                    return {
                        label: one.label, data: one.values, backgroundColor: tone, borderColor: tone, borderRadius: 3,
                        borderDash: dashes[place % 4], pointStyle: ["circle", "rect", "triangle", "rectRot"][place % 4],
                        pointRadius: data.labels.length > 60 ? 0 : 4, borderWidth: data.kind === "line" ? 2 : 0, spanGaps: false
                    };
                })
            },
            options: {
                indexAxis: flat ? "y" : "x", maintainAspectRatio: false, interaction: { mode: "index", axis: flat ? "y" : "x", intersect: false },
                plugins: {
                    legend: { display: data.series.length > 1, labels: { usePointStyle: true } },
                    tooltip: { callbacks: { label: function (item) { return words(data.series[item.datasetIndex], item.dataIndex); } } }
                },
                scales: (function () {
                    var value = { beginAtZero: true, ticks: { callback: number, maxTicksLimit: 6 }, title: { display: !!data.unit, text: data.unit } };
                    var name = { grid: { display: false }, ticks: { maxRotation: 0, autoSkip: data.labels.length > 14 } };
                    return flat ? { x: value, y: name } : { x: name, y: value };
                })()
            }
        });
        if (flat) { canvas.parentElement.style.height = data.labels.length * 38 + 80 + "px"; chart.resize(); }

        var at = -1;
        canvas.addEventListener("keydown", function (event) {
            var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            if (!step) { return; }
            event.preventDefault();
            at = Math.min(data.labels.length - 1, Math.max(0, at + step));
            chart.setActiveElements(data.series.map(function (one, place) { return { datasetIndex: place, index: at }; }));
            chart.tooltip.setActiveElements(chart.getActiveElements(), { x: 0, y: 0 });
            chart.update();
            live.textContent = data.labels[at] + ", " + data.series.map(function (one) { return words(one, at); }).join(", ");
        });
    }

    if (!window.IntersectionObserver) { canvases.forEach(want); return; }
    var eye = new IntersectionObserver(function (entries) {
        entries.forEach(function (entry) { if (entry.isIntersecting) { eye.unobserve(entry.target); want(entry.target); } });
    }, { rootMargin: "200px" });
    canvases.forEach(function (canvas) { eye.observe(canvas); });
    window.addEventListener("beforeprint", function () { canvases.forEach(want); });
})();
