// SPDX-License-Identifier: GPL-2.0-only
/* Rules in the common form: equal or not, and as text. */
#include "truth.h"

bool same_place(const struct place *a, const struct place *b)
{
	return a->deref == b->deref && a->reg == b->reg && a->off == b->off &&
	       a->scale == b->scale && (!a->scale || a->index == b->index) && a->add == b->add;
}

bool same_places(const struct rule *a, const struct rule *b)
{
	return same_place(&a->cfa, &b->cfa) && same_place(&a->ra, &b->ra) &&
	       same_place(&a->fp, &b->fp);
}

bool same_rule(const struct rule *a, const struct rule *b)
{
	if (a->kind != b->kind || a->kind == STRANGE)
		return false;
	return a->kind != ROW || (same_places(a, b) && a->ra_signed == b->ra_signed);
}

static int place_text(char *at, size_t room, const char *what, const struct place *p)
{
	char reg[16], index[16] = "", add[32] = "";

	if (p->reg == UNDEFINED)
		return snprintf(at, room, "%s undefined", what);
	snprintf(reg, sizeof(reg), p->reg == CFA_REG ? "cfa" : "r%d", p->reg);
	if (p->scale)
		snprintf(index, sizeof(index), "+%d*r%d", p->scale, p->index);
	if (p->add)
		snprintf(add, sizeof(add), "%+lld", (long long)p->add);
	return snprintf(at, room, p->deref ? "%s=*(%s%+lld%s)%s" : "%s=%s%+lld%s%s", what, reg,
			(long long)p->off, index, add);
}

const char *rule_text(const struct rule *r)
{
	static const char *const kinds[] = { "nothing", "", "outermost", "signal", "strange" };
	static char texts[4][128];
	static int turn;
	char *text = texts[turn++ % 4];
	int n = 0;

	if (r->kind != ROW)
		return kinds[r->kind];
	n += place_text(text + n, sizeof(texts[0]) - n, "cfa", &r->cfa);
	n += place_text(text + n, sizeof(texts[0]) - n, " ra", &r->ra);
	n += place_text(text + n, sizeof(texts[0]) - n, " fp", &r->fp);
	snprintf(text + n, sizeof(texts[0]) - n, "%s", r->ra_signed ? " signed" : "");
	return text;
}
