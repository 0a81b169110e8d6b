ALTER TABLE samples DROP CONSTRAINT samples_drawn_fkey;
ALTER TABLE samples ADD CONSTRAINT samples_draw_id_fkey FOREIGN KEY (draw_id) REFERENCES draws (id);
ALTER TABLE samples ADD CONSTRAINT samples_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES sampling_plans (id);
ALTER TABLE samples ADD CONSTRAINT samples_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents (id);
