-- A sample names its agent in its draw: who was drawn, by which draw. That implies the draw, its plan and the agent, which were three foreign keys of
-- their own, each looked up for each sample. `assay check` compares the plan that a sample repeats with its draw's.
ALTER TABLE samples DROP CONSTRAINT samples_draw_id_fkey;
ALTER TABLE samples DROP CONSTRAINT samples_plan_id_fkey;
ALTER TABLE samples DROP CONSTRAINT samples_agent_id_fkey;
ALTER TABLE samples ADD CONSTRAINT samples_drawn_fkey FOREIGN KEY (draw_id, agent_id) REFERENCES draw_agents (draw_id, agent_id);
