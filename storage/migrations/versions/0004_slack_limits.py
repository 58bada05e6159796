"""What Slack does not want to be asked for a while; tries that have begun; dead messages found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slack_limits",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_slack_limits_workspace_id_workspaces"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "method", name=op.f("pk_slack_limits")),
    )
    op.add_column("outbox", sa.Column("begun", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_outbox_dead",
        "outbox",
        ["finished_at"],
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_dead", table_name="outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("begun")
    op.drop_table("slack_limits")
