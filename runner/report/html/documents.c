/* SPDX-License-Identifier: MIT */
#include "base/json_access.h"
#include "report/html/parts.h"
#include "report/text/escape.h"
#include "report/words.h"

#include <string.h>

static void write_digests(FILE *out, const json_t *digests)
{
    const char *name;
    json_t *digest;
    if (json_object_size(digests) == 0)
        return;
    (void)fputs("<dt>Files under test</dt><dd>", out);
    json_object_foreach(iterable(digests), name, digest) {
        html_write(out, name);
        (void)fprintf(out, " <code class=hash>%s</code><br>", json_string_value(digest));
    }
    (void)fputs("</dd>", out);
}

static void write_text(FILE *out, const char *name, const char *value)
{
    (void)fprintf(out, "<dt>%s</dt><dd>", name);
    html_write(out, value);
    (void)fputs("</dd>", out);
}

static void write_budgets(FILE *out, const json_t *budgets)
{
    static const struct {
        const char *key, *word;
    } parts[] = {
        {"boot_ms", "boot"}, {"step_ms", "step"},   {"control_step_ms", "step of controls"},
        {"exit_ms", "exit"}, {"total_ms", "total"}, {"grace_ms", "grace"}};
    (void)fputs("<dt>Budgets</dt><dd>", out);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        (void)fprintf(out, "%s%s ", i == 0 ? "" : ", ", parts[i].word);
        html_write_duration(out, member_number(budgets, parts[i].key, 0));
    }
    (void)fprintf(out, "; waits %s</dd>",
                  json_truth(budgets, "early") ? "could end early" : "never end early");
}

static void write_command(FILE *out, const json_t *argv)
{
    size_t index;
    json_t *word;
    (void)fputs("<dt>Command</dt><dd><code>", out);
    json_array_foreach(argv, index, word) {
        (void)fputs(index == 0 ? "" : " ", out);
        html_write(out, json_string_value(word));
    }
    (void)fputs("</code></dd>", out);
}

/** What the decision says about a document: used, refused and why, or no part. */
static void write_part(FILE *out, const struct report_document *document)
{
    size_t index;
    json_t *reason;
    (void)fprintf(out, "<dt>Decision</dt><dd>%s",
                  document->used              ? "evidence of the decision"
                  : document->refusal == NULL ? "no part in the decision"
                                              : "refused by the gate");
    json_array_foreach(json_object_get(document->refusal, "reasons"), index, reason) {
        const char *detail = member_text(reason, "detail");
        (void)fputs(index == 0 ? ": " : "; ", out);
        html_write(out, member_text(reason, "id"));
        (void)fputs(": ", out);
        html_write(out, member_text(reason, "meaning"));
        (void)fputs(*detail == '\0' ? "" : " (", out);
        html_write(out, detail);
        (void)fputs(*detail == '\0' ? "" : ")", out);
    }
    (void)fputs("</dd>", out);
}

static void write_document(FILE *out, const struct report *report,
                           const struct report_document *document)
{
    const json_t *root = document->root;
    const json_t *run = json_object_get(root, "run");
    const json_t *host = json_object_get(run, "host");
    const json_t *probes = json_object_get(root, "probes");

    (void)fputs("<details class=cell><summary><code>", out);
    html_write(out, member_text(json_object_get(root, "target"), "name"));
    (void)fputs("</code> ", out);
    html_write(out, member_text(json_object_get(root, "subject"), "release"));
    (void)fprintf(out,
                  " <span class=sub>run %s%s%s</span></summary><div class=body><dl class=facts>",
                  document->run_id, document->complete ? "" : ", incomplete",
                  json_truth(run, "interrupted") ? ", interrupted" : "");
    write_text(out, "File", document->path);
    if (report->decision != NULL)
        write_part(out, document);
    (void)fprintf(out, "<dt>Digest</dt><dd><code class=hash>%s</code></dd>", document->digest);
    (void)fprintf(out, "<dt>Time</dt><dd>%s to %s</dd>", document->started,
                  member_text(run, "finished"));
    write_text(out, "Tool", member_text(run, "tool_version"));
    write_text(out, "Tool commit", member_text(run, "tool_commit"));
    (void)fprintf(out, "<dt>Host</dt><dd>%.0f CPUs, %.0f MiB, processes kept by %s</dd>",
                  member_number(host, "cpus", 0), member_number(host, "memory_mib", 0),
                  member_text(host, "supervision"));
    write_text(out, "Host kernel", member_text(host, "kernel"));
    write_text(out, "Machine", member_text(host, "machine"));
    write_text(out, "Probe build", member_text(probes, "build_id"));
    write_text(out, "Probe ABI", member_text(probes, "abi"));
    char launcher[WORDS_LAUNCHER_SIZE];
    if (*words_launcher(document, launcher, sizeof launcher) != '\0')
        write_text(out, "Launcher", launcher);
    write_budgets(out, json_object_get(root, "budgets"));
    write_command(out, json_object_get(run, "argv"));
    write_digests(out, json_object_get(json_object_get(root, "subject"), "digests"));
    (void)fputs("</dl></div></details>\n", out);
}

void html_write_documents(FILE *out, const struct report *report)
{
    const struct report_model *model = report->model;
    (void)fputs("<section id=documents aria-labelledby=documents-h>\n"
                "<h2 id=documents-h>Documents</h2>\n",
                out);
    if (model->repeated > 0)
        (void)fprintf(out,
                      "<p class=odd>%zu files hold a document that was given already; it "
                      "counts once.</p>\n",
                      model->repeated);
    for (size_t i = 0; i < model->document_count; i++)
        write_document(out, report, &model->documents[i]);
    (void)fputs("</section>\n", out);
}
