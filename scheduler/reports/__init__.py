"""What a reader asks of the plan and the record: status, plan, whereabouts. It reads values and writes none."""
