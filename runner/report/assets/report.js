// SPDX-License-Identifier: MIT
// The page works without this script; it only saves clicks.
(function () {
    "use strict";

    function open(element) {
        for (var at = element; at; at = at.parentElement) {
            if (at.tagName === "DETAILS") {
                at.open = true;
            }
        }
    }

    // A link into folded details: unfold them and put the keyboard's focus on their heading.
    function reveal() {
        var target = document.getElementById(location.hash.slice(1));
        var fold = target && target.closest("details");
        if (!fold) {
            return;
        }
        open(fold);
        var heading = fold.querySelector("summary");
        heading.scrollIntoView({ block: "start" });
        heading.focus({ preventScroll: true });
    }

    function each(selector, action) {
        Array.prototype.forEach.call(document.querySelectorAll(selector), action);
    }

    var actions = {
        trouble: function () {
            each("details.cell:not(.pass):not(.skip):not(.control)[class*=' ']", function (fold) {
                fold.open = true;
            });
        },
        close: function () {
            each("#details details.cell", function (fold) {
                fold.open = false;
            });
        }
    };

    each(".tools", function (tools) {
        tools.hidden = false;
        tools.addEventListener("click", function (event) {
            var action = event.target.getAttribute("data-do");
            if (action) {
                actions[action]();
            }
        });
    });
    addEventListener("hashchange", reveal);
    // The same link a second time changes no hash.
    document.addEventListener("click", function (event) {
        var link = event.target.closest("a[href^='#c']");
        if (link && link.getAttribute("href") === location.hash) {
            reveal();
        }
    });
    reveal();
})();
